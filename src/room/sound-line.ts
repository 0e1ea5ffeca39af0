import { durationMs, type PcmFrame, type TimedFrame } from '../frames/pcm.ts';
import { BoundedQueue } from '../lifetime/bounded-queue.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { MicrophoneLag } from '../telemetry/microphone-lag.ts';

/** A window of the VAD: it is judged as soon as it is there, and fewer frames cost less. */
export const frameMs = 32;
/**
 * A machine that stood still hears what was said meanwhile in a few milliseconds, so it may wait: the longest utterance
 * that people usually make. Whoever said something before that has given up on an answer: the oldest goes, and what is
 * heard at last is what they say now.
 */
const mostWaitingMs = 10_000;
/** Frames that come within this of their time are on time: timers and threads are that late at any moment. */
const onTimeMs = 100;
/** By how much of its length a frame may seem late for good: sound cards differ by less, and a late first frame is forgotten soon. */
const creep = 0.02;
/** Between two lines of the log about sound that was lost. */
const tellEveryMs = 10_000;

export type SoundLineDeps = { clock: Clock; log: Log; lag: MicrophoneLag };

/**
 * The frames of one microphone on their way to those who hear it: a bounded queue, and each frame with the time of its
 * sound. WebRTC tells no such time, but gives out sound at the pace of this machine: a frame follows the one before
 * without a gap, and those that come all at once, after we could not take them, sounded one after the other before now.
 */
export class SoundLine {
  readonly #queue: BoundedQueue<TimedFrame>;
  /** Came late. What comes with them in this turn of the event loop says when they sounded. */
  #late: { frame: PcmFrame; arrivedMs: number }[] = [];
  #cancelLate: (() => void) | undefined;
  /** When the sound that was handed on ends. */
  #endMs: number | undefined;
  #lostMs = 0;
  #tellFromMs = -Infinity;

  constructor(private readonly deps: SoundLineDeps) {
    this.#queue = new BoundedQueue({
      capacity: Math.floor(mostWaitingMs / frameMs),
      whenFull: 'dropOldest',
      onDropped: (frame) => {
        this.#lose(frame);
      },
    });
  }

  /** Whether sound has come that nobody has taken yet. */
  get isWaiting(): boolean {
    return this.#late.length > 0 || this.#queue.length > 0;
  }

  push(frame: PcmFrame): void {
    const nowMs = this.deps.clock.nowMs();
    const lengthMs = durationMs(frame);
    const expectedMs = this.#endMs === undefined ? nowMs : this.#endMs + lengthMs * (1 + creep);
    if (this.#late.length === 0 && nowMs - expectedMs <= onTimeMs) {
      this.#hand(frame, Math.min(nowMs, expectedMs));
      return;
    }
    this.#late.push({ frame, arrivedMs: nowMs });
    this.#cancelLate ??= this.deps.clock.after(0, () => {
      this.#handLate();
    });
    if (this.#late.length * frameMs <= mostWaitingMs) return;
    const oldest = this.#late.shift();
    if (oldest) this.#lose(oldest.frame);
  }

  /** No more comes; what waits is still heard. */
  end(): void {
    this.#handLate();
    this.#queue.end();
  }

  async *read(signal: AbortSignal): AsyncGenerator<TimedFrame, void> {
    const { clock, lag } = this.deps;
    for await (const frame of this.#queue.read(signal)) {
      lag.note(clock.nowMs() - frame.endMs);
      this.#tellLoss();
      yield frame;
    }
  }

  /** A gap in the sound ends with one frame, which has just sounded; a backlog with many. */
  #handLate(): void {
    this.#cancelLate?.();
    this.#cancelLate = undefined;
    const late = this.#late;
    this.#late = [];
    const endsMs: number[] = [];
    let beginMs = Infinity;
    for (const { frame, arrivedMs } of late.toReversed()) {
      const endMs = Math.min(arrivedMs, beginMs);
      endsMs.unshift(endMs);
      beginMs = endMs - durationMs(frame);
    }
    for (const [at, { frame }] of late.entries()) this.#hand(frame, endsMs[at] ?? 0);
  }

  #hand(frame: PcmFrame, endMs: number): void {
    // Sound is heard in its order, whatever its times seem to be.
    this.#endMs = Math.max(endMs, this.#endMs ?? endMs);
    this.#queue.push({ ...frame, endMs: this.#endMs });
  }

  #lose(frame: PcmFrame): void {
    this.#lostMs += durationMs(frame);
  }

  #tellLoss(): void {
    const { clock, log } = this.deps;
    const nowMs = clock.nowMs();
    if (this.#lostMs === 0 || nowMs < this.#tellFromMs) return;
    log.warn(
      { lostMs: Math.round(this.#lostMs) },
      'too much sound waited, the oldest was not heard',
    );
    this.#lostMs = 0;
    this.#tellFromMs = nowMs + tellEveryMs;
  }
}
