/** The last samples of a stream. */
export class SampleWindow {
  readonly #samples: Int16Array;
  /** Since `take` was last called. */
  sinceTaken = 0;

  constructor(length: number) {
    this.#samples = new Int16Array(length);
  }

  /** @param part at most as long as the window */
  push(part: Int16Array): void {
    const window = this.#samples;
    window.copyWithin(0, part.length);
    window.set(part, window.length - part.length);
    this.sinceTaken += part.length;
  }

  /** @returns the window itself; it changes with the next push */
  take(): Int16Array {
    this.sinceTaken = 0;
    return this.#samples;
  }
}
