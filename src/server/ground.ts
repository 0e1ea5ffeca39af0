import type { Config } from '../config/config.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Scope } from '../lifetime/scope.ts';
import type { Log } from '../telemetry/log.ts';

/** What every part of the server stands on. */
export type Ground = {
  /** The project's folder. */
  root: string;
  config: Config;
  clock: Clock;
  log: Log;
  /** Owns each thing as soon as it is open, so that closing goes backwards (docs/closing.md). */
  scope: Scope;
};
