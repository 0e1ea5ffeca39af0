/**
 * Reads `source` ahead of its consumer, at most `capacity` items, so that what is slow begins early. The source is
 * closed when the consumer stops; its error is thrown where the consumer gets to it. `source` must honour its own
 * signal: closing it cannot interrupt a pending wait.
 */
export async function* runAhead<T>(
  source: AsyncGenerator<T, void>,
  capacity: number,
): AsyncGenerator<T, void> {
  const items: T[] = [];
  let failed: { error: unknown } | undefined;
  let ended = false;
  let stopped = false;
  let wakeReader: (() => void) | undefined;
  let wakePump: (() => void) | undefined;

  const pump = async () => {
    try {
      for await (const item of source) {
        items.push(item);
        wakeReader?.();
        while (items.length >= capacity && !isStopped()) {
          await new Promise<void>((resolve) => (wakePump = resolve));
        }
        if (isStopped()) return;
      }
    } catch (error) {
      failed = { error };
    } finally {
      ended = true;
      wakeReader?.();
    }
  };
  const isStopped = () => stopped;
  const pumping = pump();

  try {
    for (;;) {
      const item = items.shift();
      if (item !== undefined) {
        wakePump?.();
        yield item;
        continue;
      }
      if (isEnded()) break;
      await new Promise<void>((resolve) => (wakeReader = resolve));
    }
    await pumping;
    rethrow();
  } finally {
    stopped = true;
    wakePump?.();
  }

  function isEnded(): boolean {
    return ended;
  }
  function rethrow(): void {
    if (failed) throw failed.error;
  }
}
