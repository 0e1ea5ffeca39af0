import { createContext, Script } from 'node:vm';

/** The work took longer than it may. */
export class RanTooLong extends Error {
  override readonly name = 'RanTooLong';
  constructor(mostMs: number) {
    super(`took longer than ${mostMs} ms`);
  }
}

// The script has nothing of its own: it lends what it calls its time limit, which V8 keeps in loops and expressions alike.
const context: { work: () => void } = { work: () => undefined };
createContext(context);
const script = new Script('work()');

/**
 * Runs what a stranger's words may make slow, such as a regular expression of theirs, and breaks it off in the middle.
 * It holds the thread until then: keep `mostMs` short. Starting it takes 0.1 ms.
 * @throws {RanTooLong} or what the work throws
 */
export function boundedRun<T>(work: () => T, mostMs: number): T {
  let result: { value: T } | undefined;
  context.work = () => {
    result = { value: work() };
  };
  try {
    script.runInContext(context, { timeout: mostMs });
  } catch (cause) {
    throw isTimeout(cause) ? new RanTooLong(mostMs) : cause;
  }
  if (!result) throw new Error('the work was not run');
  return result.value;
}

/** Of another realm: `instanceof Error` does not know it. */
function isTimeout(cause: unknown): boolean {
  return (
    typeof cause === 'object' &&
    cause !== null &&
    'code' in cause &&
    cause.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
