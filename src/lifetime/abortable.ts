import { asError } from './clock.ts';

/**
 * Waits for something, but only until the signal; what is waited for goes on by itself.
 * @throws the signal's reason when it aborts first
 */
export function abortable<T>(waiting: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => {
      reject(asError(signal.reason));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const settled = () => {
      signal.removeEventListener('abort', onAbort);
    };
    waiting.then(resolve, reject).finally(settled).catch(settled);
  });
}
