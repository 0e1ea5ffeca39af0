import { report } from './project.mjs';

/** A step of the set-up failed; what went wrong has been said. */
export class StepFailed extends Error {}

/**
 * Ends the program with what a set-up step said, and no stack trace for what the user can put right.
 * @param {unknown} error
 * @returns {never}
 */
export function giveUp(error) {
  if (error instanceof Error && error.name === 'SetUpFailed') report(error.message);
  else if (error instanceof StepFailed) report(`${error.message}; see above`);
  else console.error(error);
  process.exit(1);
}
