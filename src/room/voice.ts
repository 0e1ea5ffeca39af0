import { speakingRateHz, type PcmFrame } from '../frames/pcm.ts';
import type { VoiceOut } from '../frames/voice-out.ts';
import { asError, type Clock } from '../lifetime/clock.ts';
import { SampleQueue } from './sample-queue.ts';
import type { VoiceSink } from './voice-sink.ts';

const frameMs = 20;
const frameSamples = (speakingRateHz * frameMs) / 1000;
/** Handed on before its time, against late timers. A sink that cannot take it back is heard until it has run out. */
const leadMs = 40;
/** The most that can be handed on and not yet heard: the lead and the frame that filled it, with one to spare. */
const mostUnheardSamples = (speakingRateHz * (leadMs + 2 * frameMs)) / 1000;
/** Synthesisers are faster than speech. More than this waits in their sockets, not in our memory. */
const mostWaitingSamples = speakingRateHz * 20;

/** Sound that is being played: sample `fromSamples` of the turn is heard at `startMs`. */
type Run = { startMs: number; fromSamples: number };

/**
 * Paces a character's voice in real time into its sinks, the same samples to each. No timer runs while it is silent.
 */
export class Voice implements VoiceOut {
  readonly #waiting = new SampleQueue();
  /** The end of what was handed on, as long as it may not have been heard. */
  readonly #recent = new SampleQueue();
  readonly #wakers = new Set<() => void>();
  #run: Run | undefined;
  #handedSamples = 0;
  /** Handed to the sinks that cannot take back; from there on they get what is handed again. */
  #sentSamples = 0;
  /** What was played in runs that are over. */
  #playedSamples = 0;
  #paused = false;
  #ended = false;
  #flushed = false;
  #cancelTick: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly sinks: readonly VoiceSink[],
  ) {}

  startTurn(): void {
    this.#settleRun();
    this.#handedSamples = this.#playedSamples = this.#sentSamples = 0;
    this.#recent.clear();
    this.#ended = this.#flushed = false;
  }

  async write({ samples, sampleRateHz }: PcmFrame, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (sampleRateHz !== speakingRateHz) throw new RangeError(`voice at ${sampleRateHz} Hz`);
    this.#waiting.push(samples);
    this.#ended = this.#flushed = false;
    this.#play();
    while (this.#waiting.length > mostWaitingSamples) await this.#change(signal);
  }

  async drained(signal: AbortSignal): Promise<void> {
    this.#ended = true;
    this.#play();
    for (;;) {
      signal.throwIfAborted();
      if (this.#waiting.length === 0 && this.#unheardSamples() === 0) return;
      await this.#change(signal);
    }
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#cancelTick?.();
    this.#cancelTick = undefined;
    this.#takeBack();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#settleRun();
    this.#play();
  }

  clear(): void {
    this.#settleRun();
    // What a chunk was waiting for is given up with the rest.
    this.#playedSamples = Math.min(this.#playedSamples, this.#outSamples());
    this.#waiting.clear();
    this.#recent.clear();
    this.#handedSamples = this.#sentSamples = this.#playedSamples;
    this.#paused = false;
    this.#cancelTick?.();
    this.#cancelTick = undefined;
    for (const sink of this.sinks) sink.clear();
    this.#wake();
  }

  playedMs(): number {
    return (Math.min(this.#played(), this.#outSamples()) * 1000) / speakingRateHz;
  }

  #play(): void {
    if (this.#paused || this.#cancelTick) return;
    this.#tick();
  }

  /** Hands on what is due, then waits for the next frame's time. */
  #tick(): void {
    this.#cancelTick = undefined;
    const nowMs = this.clock.nowMs();
    // After a gap in what was written, time begins anew with the first sample that comes.
    if (this.#run && this.#unheardSamples() === 0) this.#settleRun();
    if (this.#waiting.length > 0)
      this.#run ??= { startMs: nowMs, fromSamples: this.#handedSamples };
    if (!this.#run) {
      this.#finish();
      this.#wake();
      return;
    }
    const dueSamples = this.#dueSamples(this.#run, nowMs);
    while (this.#handedSamples < dueSamples && this.#hasFrame()) {
      this.#hand(this.#waiting.take(frameSamples));
    }
    this.#wake();
    this.#finish();
    if (this.#hasFrame()) this.#wakeIn(this.#untilDueMs(this.#run, this.#handedSamples, nowMs));
    else if (this.#ended) this.#wakeWhenHeard();
  }

  #hand(samples: Int16Array): void {
    const again = Math.min(samples.length, Math.max(0, this.#sentSamples - this.#handedSamples));
    const unsent = samples.subarray(again);
    this.#handedSamples += samples.length;
    this.#sentSamples = Math.max(this.#sentSamples, this.#handedSamples);
    this.#recent.push(samples);
    this.#recent.take(this.#recent.length - mostUnheardSamples);
    for (const sink of this.sinks) {
      if (sink.takesBack) sink.hand(samples);
      else if (unsent.length > 0) sink.hand(unsent);
    }
  }

  /** What was handed on and is not heard yet waits again. */
  #takeBack(): void {
    const takers = this.sinks.filter(({ takesBack }) => takesBack);
    const unheard = Math.min(this.#unheardSamples(), this.#recent.length);
    if (takers.length === 0 || unheard === 0) return;
    this.#settleRun();
    this.#recent.take(this.#recent.length - unheard);
    this.#waiting.putBack(this.#recent.take(unheard));
    this.#handedSamples -= unheard;
    this.#flushed = false;
    for (const sink of takers) sink.clear();
  }

  /** A last shorter frame is whole once nothing more comes. */
  #hasFrame(): boolean {
    return this.#waiting.length >= (this.#ended ? 1 : frameSamples);
  }

  #finish(): void {
    if (!this.#ended || this.#flushed || this.#waiting.length > 0) return;
    this.#flushed = true;
    for (const sink of this.sinks) sink.flush();
  }

  #wakeWhenHeard(): void {
    const unheard = this.#unheardSamples();
    if (unheard > 0) {
      this.#wakeIn((unheard * 1000) / speakingRateHz);
      return;
    }
    this.#settleRun();
    this.#wake();
  }

  #wakeIn(delayMs: number): void {
    this.#cancelTick = this.clock.after(Math.max(1, delayMs), () => {
      this.#tick();
    });
  }

  #dueSamples({ startMs, fromSamples }: Run, nowMs: number): number {
    return fromSamples + ((nowMs - startMs + leadMs) * speakingRateHz) / 1000;
  }

  #untilDueMs({ startMs, fromSamples }: Run, samples: number, nowMs: number): number {
    return startMs + ((samples - fromSamples) * 1000) / speakingRateHz - leadMs - nowMs;
  }

  #played(): number {
    if (!this.#run) return this.#playedSamples;
    const { startMs, fromSamples } = this.#run;
    const byClock = fromSamples + ((this.clock.nowMs() - startMs) * speakingRateHz) / 1000;
    // Late timers leave gaps that the clock cannot see; nothing is heard before it was handed on.
    return Math.min(Math.max(byClock, this.#playedSamples), this.#handedSamples);
  }

  /** What has left us by the way on which it left soonest: no listener has more. */
  #outSamples(): number {
    const held = this.sinks.flatMap(({ heldSamples }) => heldSamples ?? []);
    return this.#handedSamples - (held.length > 0 ? Math.min(...held) : 0);
  }

  #unheardSamples(): number {
    return this.#handedSamples - Math.round(this.#played());
  }

  #settleRun(): void {
    this.#playedSamples = Math.round(this.#played());
    this.#run = undefined;
  }

  /** Resolves when something changed. @throws the signal's reason */
  async #change(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const done = () => {
        this.#wakers.delete(done);
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = () => {
        this.#wakers.delete(done);
        reject(asError(signal.reason));
      };
      this.#wakers.add(done);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #wake(): void {
    for (const waker of [...this.#wakers]) waker();
  }
}
