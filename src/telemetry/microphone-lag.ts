/**
 * One stand-still, however long, is over when it shows here, and turns nobody away: who reads this once a second judges the
 * mean of five readings, and a lag that lasts is in each of them.
 */
const mostMs = 1_000;

/**
 * How far this process is behind the sound that reaches it, over all of its microphones. A process without CPU shows
 * it here first: a late timer is one late answer, while sound that waits makes everything late that follows from it.
 */
export class MicrophoneLag {
  #longestMs = 0;

  /** A frame is taken up `lagMs` after its last sample sounded. */
  note(lagMs: number): void {
    this.#longestMs = Math.max(this.#longestMs, Math.min(lagMs, mostMs));
  }

  /** The longest lag since this was asked last, in milliseconds, at most a second; 0 where nothing was heard. For one reader. */
  takeLongestMs(): number {
    const longestMs = this.#longestMs;
    this.#longestMs = 0;
    return longestMs;
  }
}
