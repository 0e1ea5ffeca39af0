import { SetUpFailed } from '../errors/set-up-failed.ts';

/** One wrong variable: its name, and what it must be. */
export type ConfigProblem = { variable: string; problem: string };

/** The configuration cannot be used. The message names every wrong variable at once, and none of their values. */
export class ConfigError extends SetUpFailed {
  override readonly name = 'ConfigError';
  constructor(readonly problems: ConfigProblem[]) {
    const lines = problems.map(({ variable, problem }) => `  ${variable} ${problem}`);
    super(`The configuration cannot be used:\n${lines.join('\n')}`);
  }
}
