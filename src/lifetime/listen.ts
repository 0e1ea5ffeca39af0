interface Emitter {
  on(event: never, listener: never): unknown;
  off(event: never, listener: never): unknown;
}

/** Listens now and stops when `signal` aborts, so that no listener outlives its owner. */
export function listen<E extends Emitter>(
  emitter: E,
  event: Parameters<E['on']>[0],
  listener: Parameters<E['on']>[1],
  signal: AbortSignal,
): void {
  if (signal.aborted) return;
  emitter.on(event, listener);
  signal.addEventListener('abort', () => emitter.off(event, listener), { once: true });
}
