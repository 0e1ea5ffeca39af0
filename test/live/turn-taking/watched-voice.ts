import { durationMs, speakingRateHz } from '../../../src/frames/pcm.ts';
import type { SpeechFrame } from '../../../src/frames/speech-timing.ts';
import type { VoiceOut } from '../../../src/frames/voice-out.ts';
import type { Clock } from '../../../src/lifetime/clock.ts';
import type { VoiceSink } from '../../../src/room/voice-sink.ts';
import { Voice } from '../../../src/room/voice.ts';
import { FakeVoice } from '../../fakes/fake-voice.ts';

/** What comes out of a voice at its listener's. */
type Listener = {
  /** All sound so far, in milliseconds. */
  heardMs: () => number;
  isSounding: () => boolean;
};

/** A voice whose pauses are noted, and any sound between a cut and the next answer. */
export class WatchedVoice implements VoiceOut {
  /** Clock times at which it fell silent in the middle of its sound. */
  readonly pausedAtMs: number[] = [];
  /** Sound that was heard of answers that were cut already. */
  playedAfterCutMs = 0;
  /** What had been heard when each answer began. */
  readonly #begunAtMs: number[] = [];
  #heardAtCutMs: number | undefined;

  private constructor(
    private readonly clock: Clock,
    private readonly inner: VoiceOut,
    private readonly listener: Listener,
  ) {}

  /** One that only counts. */
  static fake(clock: Clock): WatchedVoice {
    const voice = new FakeVoice(clock);
    return new WatchedVoice(clock, voice, {
      heardMs: () => {
        voice.playedMs();
        return voice.turns.reduce((sum, { playedMs }) => sum + playedMs, 0);
      },
      isSounding: () => voice.sounding,
    });
  }

  /** The one that speaks in rooms, over a track. */
  static real(clock: Clock): WatchedVoice {
    const track = new PlayedTrack(clock);
    return new WatchedVoice(clock, new Voice(clock, [track]), track);
  }

  /** What was heard of the first answer. */
  get firstHeardMs(): number {
    const [fromMs = 0, toMs = this.listener.heardMs()] = this.#begunAtMs;
    return toMs - fromMs;
  }

  write(frame: SpeechFrame, signal: AbortSignal): Promise<void> {
    return this.inner.write(frame, signal);
  }

  drained(signal: AbortSignal): Promise<void> {
    return this.inner.drained(signal);
  }

  pause(): void {
    if (this.listener.isSounding()) this.pausedAtMs.push(this.clock.nowMs());
    this.inner.pause();
  }

  resume(): void {
    this.inner.resume();
  }

  clear(): void {
    this.inner.clear();
    this.settleCut();
    this.#heardAtCutMs = this.listener.heardMs();
  }

  playedMs(): number {
    return this.inner.playedMs();
  }

  startTurn(): void {
    this.settleCut();
    this.#begunAtMs.push(this.listener.heardMs());
    this.inner.startTurn();
  }

  /** Counts what was heard since the last cut. */
  settleCut(): void {
    if (this.#heardAtCutMs === undefined) return;
    this.playedAfterCutMs += this.listener.heardMs() - this.#heardAtCutMs;
    this.#heardAtCutMs = undefined;
  }
}

/** A track of WebRTC: plays in the clock's time what it was handed, and forgets the rest when it is cleared. */
class PlayedTrack implements VoiceSink, Listener {
  readonly takesBack = true;
  readonly heldSamples = 0;
  #waitingMs = 0;
  #heardMs = 0;
  #atMs = 0;

  constructor(private readonly clock: Clock) {}

  readonly heardMs = (): number => {
    this.#play();
    return this.#heardMs;
  };

  readonly isSounding = (): boolean => {
    this.#play();
    return this.#waitingMs > 0;
  };

  hand(samples: Int16Array): void {
    this.#play();
    this.#waitingMs += durationMs({ samples, sampleRateHz: speakingRateHz });
  }

  flush(): void {
    this.#play();
  }

  clear(): void {
    this.#play();
    this.#waitingMs = 0;
  }

  #play(): void {
    const nowMs = this.clock.nowMs();
    const playedMs = Math.min(this.#waitingMs, nowMs - this.#atMs);
    this.#waitingMs -= playedMs;
    this.#heardMs += playedMs;
    this.#atMs = nowMs;
  }
}
