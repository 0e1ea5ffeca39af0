/** Holds one value, and tells those who draw it. Several changes in a row are drawn once. */
export class Store<T> {
  #value: T;
  #listeners: ((value: T) => void)[] = [];
  #told = true;

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  update(change: Partial<T>): void {
    this.#value = { ...this.#value, ...change };
    if (!this.#told) return;
    this.#told = false;
    queueMicrotask(() => {
      this.#told = true;
      for (const listener of this.#listeners) listener(this.#value);
    });
  }

  /** Calls now, and after every change. */
  watch(listener: (value: T) => void): void {
    this.#listeners.push(listener);
    listener(this.#value);
  }
}
