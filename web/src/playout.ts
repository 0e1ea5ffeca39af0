/**
 * When each chunk of sound is to start, in seconds of the playing clock. A short cushion before the first absorbs the
 * jitter of the network; after that, chunks follow each other without a gap until one comes too late.
 */
export class Playout {
  /** Two of the server's usual chunks would be felt as delay; packets on one network vary by less than this. */
  static readonly cushionS = 0.08;
  /** The server paces its sound. More than this ahead is a server that does not, and is not worth keeping. */
  static readonly mostAheadS = 20;

  #nextS = 0;

  /** @returns undefined when too much is waiting already */
  place(durationS: number, nowS: number): number | undefined {
    if (this.#nextS - nowS > Playout.mostAheadS) return undefined;
    const startS = this.#nextS > nowS ? this.#nextS : nowS + Playout.cushionS;
    this.#nextS = startS + durationS;
    return startS;
  }

  clear(): void {
    this.#nextS = 0;
  }
}
