import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { Log } from '../telemetry/log.ts';
import type { KeyUsage } from './usage.ts';

export type LimitWatchDeps = {
  usage: Pick<KeyUsage, 'overdrawn' | 'settle'>;
  /** Ends a session whose key has used up its minutes. */
  end: (sessionId: string) => void;
  clock: Clock;
  log: Log;
};

/** So late, at most, is noticed that a key's minutes are used up; each look costs two small queries. */
const everyMs = 10_000;

/** Looks, from time to time, whether running sessions may go on, and sums up those that ended. */
export class LimitWatch implements Closable {
  #cancel: () => void = () => undefined;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(private readonly deps: LimitWatchDeps) {
    this.#next();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await this.#looking;
  }

  #next(): void {
    if (this.#closed) return;
    this.#cancel = this.deps.clock.after(everyMs, () => {
      this.#looking = this.#look().finally(() => {
        this.#next();
      });
    });
  }

  /** Never rejects: a database that is away for a moment is asked again later. */
  async #look(): Promise<void> {
    const { usage, end, log } = this.deps;
    try {
      for (const sessionId of await usage.overdrawn()) {
        log.info({ sessionId }, 'a session ends: the minutes of its key are used up');
        end(sessionId);
      }
      await usage.settle();
    } catch (err) {
      log.warn({ err }, 'the usage of keys could not be looked up');
    }
  }
}
