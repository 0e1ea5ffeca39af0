import type { Clock } from './clock.ts';
import type { Scope } from './scope.ts';

/** A signal that comes sooner than this after the first is its echo. */
const echoMs = 1_000;

/**
 * Closes a program's scope, and with it the program, when the operator asks. Through npm, Ctrl-C arrives twice within a
 * millisecond; only a later second signal means impatience, and ends the program at once.
 */
export function stopOnSignals(
  scope: Scope,
  clock: Clock,
  onStopping: (signal: NodeJS.Signals) => void,
): void {
  let firstAtMs: number | undefined;
  const stop = (signal: NodeJS.Signals) => {
    const nowMs = clock.nowMs();
    if (firstAtMs === undefined) {
      firstAtMs = nowMs;
      onStopping(signal);
      void scope.close().then(() => process.exit(0));
    } else if (nowMs - firstAtMs > echoMs) process.exit(1);
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}
