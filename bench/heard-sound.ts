import { rmsDbfs } from '../src/audio/level.ts';

/** Louder than this is a voice; a silent track is at -90 or below. */
const loudDbfs = -50;
/** Syllables have gaps; silence is what lasts longer. */
export const silenceMs = 120;
/** Sound comes in frames of this length. */
const frameMs = 10;
const keptFrames = 6_000;

type Frame = { atMs: number; dbfs: number };

/** What was heard of a track, frame by frame, with the time at which each came. */
export class HeardSound {
  readonly #frames: Frame[] = [];
  readonly #samples: Int16Array[] = [];

  push(samples: Int16Array, atMs: number): void {
    this.#frames.push({ atMs, dbfs: rmsDbfs(samples) });
    this.#samples.push(samples);
    if (this.#frames.length <= keptFrames) return;
    this.#frames.shift();
    this.#samples.shift();
  }

  /** When the first loud frame after `fromMs` came. */
  firstLoudAfter(fromMs: number): number | undefined {
    return this.#frames.find(({ atMs, dbfs }) => atMs >= fromMs && dbfs > loudDbfs)?.atMs;
  }

  /** When it fell silent after `fromMs`: the last loud frame that no other followed for a while. */
  silentAfter(fromMs: number, nowMs: number): number | undefined {
    let lastLoudMs = fromMs;
    for (const { atMs, dbfs } of this.#frames) {
      if (atMs < fromMs) continue;
      if (atMs - lastLoudMs > silenceMs) return lastLoudMs;
      if (dbfs > loudDbfs) lastLoudMs = atMs;
    }
    return nowMs - lastLoudMs > silenceMs ? lastLoudMs : undefined;
  }

  /**
   * The longest silence between two loud frames of those that came after `fromMs`, in the time of the sound: a listener who
   * is late has them all at once.
   */
  longestPauseMs(fromMs: number): number {
    let longestMs = 0;
    let pauseMs: number | undefined;
    for (const { atMs, dbfs } of this.#frames) {
      if (atMs < fromMs) continue;
      if (dbfs > loudDbfs) {
        longestMs = Math.max(longestMs, pauseMs ?? 0);
        pauseMs = 0;
      } else if (pauseMs !== undefined) pauseMs += frameMs;
    }
    return longestMs;
  }

  /** When the last loud frame between these times came. */
  lastLoudBetween(fromMs: number, toMs: number): number | undefined {
    return this.#frames.findLast(
      ({ atMs, dbfs }) => atMs >= fromMs && atMs <= toMs && dbfs > loudDbfs,
    )?.atMs;
  }

  /** How many frames after `fromMs` were loud. */
  loudFramesAfter(fromMs: number): number {
    return this.#frames.filter(({ atMs, dbfs }) => atMs >= fromMs && dbfs > loudDbfs).length;
  }

  /** The samples of all frames that came after `fromMs`, in one piece. */
  samplesAfter(fromMs: number): Int16Array {
    const from = this.#frames.findIndex(({ atMs }) => atMs >= fromMs);
    const pieces = from < 0 ? [] : this.#samples.slice(from);
    const whole = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}
