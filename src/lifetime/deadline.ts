import type { Clock } from './clock.ts';

/** A call was given up because it took longer than it may. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
  constructor(
    readonly what: string,
    readonly afterMs: number,
  ) {
    super(`${what} took longer than ${afterMs} ms`);
  }
}

export type Deadline = { signal: AbortSignal; restart(): void; clear(): void };

/**
 * A signal that aborts with `TimedOut` after `timeoutMs`, or with the parent's reason when that aborts.
 * `restart` begins the time anew (for streams: each piece has the whole time); `clear` must be called when done.
 */
export function deadline(
  clock: Clock,
  what: string,
  timeoutMs: number,
  parent?: AbortSignal,
): Deadline {
  const controller = new AbortController();
  const onParent = () => {
    controller.abort(parent?.reason);
  };
  const start = () =>
    clock.after(timeoutMs, () => {
      controller.abort(new TimedOut(what, timeoutMs));
    });
  let cancel = start();
  if (parent?.aborted) onParent();
  else parent?.addEventListener('abort', onParent, { once: true });
  return {
    signal: controller.signal,
    restart() {
      cancel();
      cancel = start();
    },
    clear() {
      cancel();
      parent?.removeEventListener('abort', onParent);
    },
  };
}
