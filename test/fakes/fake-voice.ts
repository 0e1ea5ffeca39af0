import { durationMs, type PcmFrame } from '../../src/frames/pcm.ts';
import type { VoiceOut } from '../../src/frames/voice-out.ts';
import { sleep, type Clock } from '../../src/lifetime/clock.ts';

/** A voice that plays in the clock's time and keeps what listeners would have heard. */
export class FakeVoice implements VoiceOut {
  /** Milliseconds played by turn, in order; a new entry with each `startTurn`. */
  readonly turns: { playedMs: number }[] = [];
  paused = false;
  #waitingMs = 0;
  #sinceMs: number | undefined;

  constructor(private readonly clock: Clock) {}

  get sounding(): boolean {
    this.#advance();
    return this.#sinceMs !== undefined;
  }

  /** Written and not yet played. */
  get leftMs(): number {
    this.#advance();
    return this.#waitingMs;
  }

  write(frame: PcmFrame, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#advance();
    this.#waitingMs += durationMs(frame);
    if (!this.paused) this.#sinceMs ??= this.clock.nowMs();
    return Promise.resolve();
  }

  async drained(signal: AbortSignal): Promise<void> {
    for (;;) {
      this.#advance();
      if (this.#waitingMs === 0) return;
      await sleep(this.clock, 10, signal);
    }
  }

  pause(): void {
    this.#advance();
    this.paused = true;
    this.#sinceMs = undefined;
  }

  resume(): void {
    this.paused = false;
    if (this.#waitingMs > 0) this.#sinceMs = this.clock.nowMs();
  }

  clear(): void {
    this.#advance();
    this.#waitingMs = 0;
    this.#sinceMs = undefined;
    this.paused = false;
  }

  playedMs(): number {
    this.#advance();
    return this.turns.at(-1)?.playedMs ?? 0;
  }

  startTurn(): void {
    this.turns.push({ playedMs: 0 });
  }

  #advance(): void {
    if (this.#sinceMs === undefined) return;
    const nowMs = this.clock.nowMs();
    const playedMs = Math.min(nowMs - this.#sinceMs, this.#waitingMs);
    this.#waitingMs -= playedMs;
    const turn = this.turns.at(-1);
    if (turn) turn.playedMs += playedMs;
    this.#sinceMs = this.#waitingMs > 0 ? nowMs : undefined;
  }
}
