/**
 * Cuts PCM that comes in pieces of any length into equal frames. A frame that lies within one piece is a view of it;
 * only one that spans pieces is copied.
 */
export class Reframer {
  readonly #frameSamples: number;
  #rest: Int16Array;
  #restSamples = 0;

  /** @param frameSamples whole samples of a frame, at least one. @throws {RangeError} otherwise */
  constructor(frameSamples: number) {
    if (!Number.isInteger(frameSamples) || frameSamples < 1) {
      throw new RangeError(`not a frame length: ${frameSamples} samples`);
    }
    this.#frameSamples = frameSamples;
    this.#rest = new Int16Array(frameSamples);
  }

  /** Samples that wait for a whole frame. */
  get waitingSamples(): number {
    return this.#restSamples;
  }

  /** @returns the frames that are complete now; the caller may keep them */
  push(piece: Int16Array): Int16Array[] {
    const frames: Int16Array[] = [];
    let at = 0;
    if (this.#restSamples > 0) {
      at = Math.min(piece.length, this.#frameSamples - this.#restSamples);
      this.#keep(piece.subarray(0, at));
      if (this.#restSamples < this.#frameSamples) return frames;
      frames.push(this.#rest);
      this.#rest = new Int16Array(this.#frameSamples);
      this.#restSamples = 0;
    }
    for (; at + this.#frameSamples <= piece.length; at += this.#frameSamples) {
      frames.push(piece.subarray(at, at + this.#frameSamples));
    }
    this.#keep(piece.subarray(at));
    return frames;
  }

  /** The last, shorter frame, empty when nothing waits; begins anew. */
  flush(): Int16Array {
    const rest = this.#rest.slice(0, this.#restSamples);
    this.#restSamples = 0;
    return rest;
  }

  #keep(samples: Int16Array): void {
    this.#rest.set(samples, this.#restSamples);
    this.#restSamples += samples.length;
  }
}
