import type { PcmFrame } from '../../src/frames/pcm.ts';
import { sleep, type Clock } from '../../src/lifetime/clock.ts';
import { FakeVoice } from '../fakes/fake-voice.ts';

/** Sound that may wait in the voice before a writer is held back. */
const mostAheadMs = 400;

/** A voice that holds writers back, as real ones do, and notes whoever writes when they must not. */
export class WatchedVoice extends FakeVoice {
  readonly trespasses: string[] = [];
  /** By turn, how much of it was heard. */
  readonly #entries = new Map<string, { playedMs: number }[]>();
  /** Answers that were cut, or are over; each has a signal of its own. */
  readonly #gone = new WeakSet<AbortSignal>();
  #writer: AbortSignal | undefined;
  #isOpen = false;

  constructor(
    private readonly time: Clock,
    /** Whose answer begins to sound. */
    private readonly turnId: () => string,
  ) {
    super(time);
  }

  override startTurn(): void {
    super.startTurn();
    this.#dismiss();
    this.#isOpen = true;
    const entry = this.turns.at(-1);
    const entries = this.#entries.get(this.turnId()) ?? [];
    if (entry) this.#entries.set(this.turnId(), [...entries, entry]);
  }

  override clear(): void {
    super.clear();
    this.#dismiss();
  }

  override async write(frame: PcmFrame, signal: AbortSignal): Promise<void> {
    if (!signal.aborted) this.#check(signal);
    await super.write(frame, signal);
    while (this.leftMs > mostAheadMs) await sleep(this.time, 100, signal);
  }

  heardMs(turnId: string): number {
    return (this.#entries.get(turnId) ?? []).reduce((sum, { playedMs }) => sum + playedMs, 0);
  }

  #check(signal: AbortSignal): void {
    if (this.#gone.has(signal)) this.trespasses.push('sound of an answer that was cut or is over');
    else if (!this.#isOpen) this.trespasses.push('sound of an answer that was not begun');
    else if (this.#writer && this.#writer !== signal)
      this.trespasses.push('sound of two answers at once');
    this.#writer = signal;
  }

  #dismiss(): void {
    if (this.#writer) this.#gone.add(this.#writer);
    this.#writer = undefined;
    this.#isOpen = false;
  }
}
