/** Work of one lane runs one after the other, in the order of its coming; lanes do not wait for each other. */
export class Lanes {
  readonly #last = new Map<string, Promise<void>>();

  /** @returns what the work returns; @throws what it throws, and only the caller hears of it */
  run<T>(lane: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(lane) ?? Promise.resolve();
    const result = before.then(work);
    const done = result
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => {
        if (this.#last.get(lane) === done) this.#last.delete(lane);
      });
    this.#last.set(lane, done);
    return result;
  }
}
