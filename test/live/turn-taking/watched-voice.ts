import type { Clock } from '../../../src/lifetime/clock.ts';
import { FakeVoice } from '../../fakes/fake-voice.ts';

/** A voice whose pauses are noted, and any sound between a cut and the next answer. */
export class WatchedVoice extends FakeVoice {
  /** Clock times at which it fell silent in the middle of its sound. */
  readonly pausedAtMs: number[] = [];
  /** Sound that was heard of answers that were cut already. */
  playedAfterCutMs = 0;
  #playedAtCutMs: number | undefined;

  constructor(private readonly watch: Clock) {
    super(watch);
  }

  override pause(): void {
    if (this.sounding) this.pausedAtMs.push(this.watch.nowMs());
    super.pause();
  }

  override clear(): void {
    super.clear();
    this.settleCut();
    this.#playedAtCutMs = this.playedMs();
  }

  override startTurn(): void {
    this.settleCut();
    super.startTurn();
  }

  /** Counts what was heard since the last cut. */
  settleCut(): void {
    if (this.#playedAtCutMs === undefined) return;
    this.playedAfterCutMs += this.playedMs() - this.#playedAtCutMs;
    this.#playedAtCutMs = undefined;
  }
}
