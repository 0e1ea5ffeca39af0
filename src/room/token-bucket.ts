import type { Clock } from '../lifetime/clock.ts';

/** Lets `burst` through at once and `perSecond` in the long run. */
export class TokenBucket {
  #tokens: number;
  #atMs: number;

  constructor(
    private readonly rate: { perSecond: number; burst: number },
    private readonly clock: Clock,
  ) {
    this.#tokens = rate.burst;
    this.#atMs = clock.nowMs();
  }

  /** @returns false when there is none left now */
  take(): boolean {
    const nowMs = this.clock.nowMs();
    const { perSecond, burst } = this.rate;
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#atMs) * perSecond) / 1000);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
