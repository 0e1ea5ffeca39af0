export type BoundedQueueOptions<T> = {
  capacity: number;
  /** What happens to the newest item when the queue is full. */
  whenFull: 'dropOldest' | 'dropNewest';
  onDropped?: (item: T) => void;
};

/**
 * A queue between one producer and one consumer with a bound and a rule for when it is full. Iterating ends after
 * `end()` once the queue is empty, or at once when the consumer's signal aborts.
 */
export class BoundedQueue<T> {
  readonly #items: T[] = [];
  readonly #options: BoundedQueueOptions<T>;
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(options: BoundedQueueOptions<T>) {
    this.#options = options;
  }

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    if (this.#ended) return;
    if (this.#items.length >= this.#options.capacity) {
      if (this.#options.whenFull === 'dropNewest') {
        this.#options.onDropped?.(item);
        return;
      }
      const oldest = this.#items.shift();
      if (oldest !== undefined) this.#options.onDropped?.(oldest);
    }
    this.#items.push(item);
    this.#wake?.();
  }

  /** Forgets everything that waits. */
  clear(): void {
    this.#items.length = 0;
  }

  /** No more items will come; what waits is still delivered. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *read(signal?: AbortSignal): AsyncGenerator<T, void> {
    const wake = () => this.#wake?.();
    signal?.addEventListener('abort', wake, { once: true });
    try {
      for (;;) {
        if (signal?.aborted) return;
        const item = this.#items.shift();
        if (item !== undefined) {
          yield item;
          continue;
        }
        if (this.#ended) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    } finally {
      signal?.removeEventListener('abort', wake);
    }
  }
}
