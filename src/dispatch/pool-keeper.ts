import { randomBytes } from 'node:crypto';
import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import { stepPool, type PoolEvent } from './pool-step.ts';
import type { PoolWish } from './pool-wish.ts';
import { emptyPool, nextDeadlineMs, type Pool, type PoolRules } from './pool.ts';

/** Of every room of ours in a LiveKit that others may use too. */
export const namePrefix = 'parley-';

export type PoolKeeperDeps = {
  rules: PoolRules;
  clock: Clock;
  /** Does what the pool wishes, and reports how it went by an event. */
  perform: (wish: PoolWish) => void;
};

/** The pool as it is now, all in memory: each change takes the place of the one before, and what it wishes is done at once. */
export class PoolKeeper implements Closable {
  #pool: Pool;
  #cancelTick: (() => void) | undefined;

  constructor(private readonly deps: PoolKeeperDeps) {
    this.#pool = emptyPool(deps.rules, `${namePrefix}${randomBytes(5).toString('hex')}`);
  }

  get pool(): Pool {
    return this.#pool;
  }

  apply(event: PoolEvent): void {
    const { pool, wishes } = stepPool(this.#pool, event, this.deps.clock.nowMs());
    this.take(pool, wishes);
  }

  /** The pool as it is from now on, made of the one that is, and what is to be done outside. */
  take(pool: Pool, wishes: PoolWish[]): void {
    this.#pool = pool;
    const { perform, clock } = this.deps;
    for (const wish of wishes) perform(wish);
    const nowMs = clock.nowMs();
    const atMs = nextDeadlineMs(this.#pool, nowMs);
    this.#cancelTick?.();
    this.#cancelTick =
      atMs === undefined
        ? undefined
        : clock.after(atMs - nowMs, () => {
            this.apply({ kind: 'tick' });
          });
  }

  /** Nothing is due by time any more. */
  close(): void {
    this.#cancelTick?.();
  }
}
