/**
 * Time as something that is handed in. No stage reads the time by itself, so tests can drive it and a recorded
 * session can be replayed on a virtual clock.
 */
export interface Clock {
  /** Monotonic milliseconds, for durations. Not related to the wall clock. */
  nowMs(): number;
  /** Wall-clock time, for storage and messages only. */
  nowAt(): Date;
  /** Runs `action` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  nowAt: () => new Date(),
  after(delayMs, action) {
    const timer = setTimeout(action, Math.max(0, delayMs));
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Resolves after `delayMs`. @throws the signal's reason when it is aborted first */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(asError(signal.reason));
      return;
    }
    const onAbort = () => {
      cancel();
      reject(asError(signal?.reason));
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** An abort reason may be anything; what is thrown should be an Error. */
export function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
