/** Samples in order, taken in pieces of any size. Copies only where a piece spans two of those pushed. */
export class SampleQueue {
  #pieces: Int16Array[] = [];
  #samples = 0;

  get length(): number {
    return this.#samples;
  }

  push(piece: Int16Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#samples += piece.length;
  }

  /** Puts a piece in front of all others. */
  putBack(piece: Int16Array): void {
    if (piece.length === 0) return;
    this.#pieces.unshift(piece);
    this.#samples += piece.length;
  }

  /** @returns at most `count` samples, none when it is negative; fewer when there are not so many */
  take(count: number): Int16Array {
    const wanted = Math.max(0, Math.min(count, this.#samples));
    this.#samples -= wanted;
    const first = this.#pieces[0];
    if (first && first.length >= wanted) return this.#cut(first, wanted);
    const whole = new Int16Array(wanted);
    for (let at = 0; at < wanted;) {
      const piece = this.#pieces[0];
      if (!piece) break;
      const part = this.#cut(piece, Math.min(piece.length, wanted - at));
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  clear(): void {
    this.#pieces = [];
    this.#samples = 0;
  }

  #cut(piece: Int16Array, count: number): Int16Array {
    if (count === piece.length) this.#pieces.shift();
    else this.#pieces[0] = piece.subarray(count);
    return piece.subarray(0, count);
  }
}
