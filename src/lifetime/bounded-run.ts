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
/** The limit of V8 is one of real time, which passes too while others have the CPU: each time it is given twice as much. */
const mostTries = 4;
/** Of its time, what work has used that had a CPU to itself. */
const usedShare = 0.8;

/**
 * Runs what a stranger's words may make slow, such as a regular expression of theirs, and breaks it off in the middle.
 * It holds the thread until then: keep `mostMs` short. Starting it takes 0.1 ms.
 * @param work may be begun anew: on a machine that is busy with something else, an honest one needs more of real time
 * @param mostMs of CPU time, about
 * @throws {RanTooLong} or what the work throws
 */
export function boundedRun<T>(work: () => T, mostMs: number): T {
  for (let tries = 1; ; tries++) {
    const before = process.cpuUsage();
    try {
      return runOnce(work, mostMs * 2 ** (tries - 1));
    } catch (cause) {
      if (!(cause instanceof RanTooLong)) throw cause;
      const { user, system } = process.cpuUsage(before);
      const usedMs = (user + system) / 1000;
      if (usedMs >= usedShare * mostMs || tries === mostTries) throw cause;
    }
  }
}

function runOnce<T>(work: () => T, mostMs: number): T {
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
