/**
 * How far this process is behind the sound that reaches it, over all of its microphones. A process without CPU shows
 * it here first: a late timer is one late answer, while sound that waits makes everything late that follows from it.
 */
export class MicrophoneLag {
  #longestMs = 0;
  #lostMs = 0;

  /** A frame is taken up `lagMs` after its last sample sounded. */
  note(lagMs: number): void {
    this.#longestMs = Math.max(this.#longestMs, lagMs);
  }

  /** So much sound was given up unheard. */
  lose(ms: number): void {
    this.#lostMs += ms;
  }

  /** The longest lag since this was asked last, in milliseconds; 0 where nothing was heard. For one reader. */
  takeLongestMs(): number {
    const longestMs = this.#longestMs;
    this.#longestMs = 0;
    return longestMs;
  }

  /** Sound that was never heard because too much waited, in milliseconds since the process began. */
  get lostMs(): number {
    return this.#lostMs;
  }
}
