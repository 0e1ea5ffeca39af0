import { randomUUID } from 'node:crypto';
import { and, eq, lt, sql } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { runningAnswers } from '../db/schema.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Log } from '../telemetry/log.ts';

/** A process that died keeps a conversation from answers for so long. */
const leaseSeconds = 15;
/** Thrice within a lease: two may fail. */
const renewMs = 5_000;

export type RunningAnswersDeps = { db: Db; clock: Clock; log: Log };

/**
 * In which conversations an answer is on its way, whichever process gives it. A place is a lease: it is renewed while
 * the answer takes, and runs out with its process. The database's clock counts, for processes may have several.
 */
export class RunningAnswers {
  constructor(private readonly deps: RunningAnswersDeps) {}

  /** @returns what gives the place back, and never throws; undefined when it is taken */
  async enter(conversationId: string): Promise<(() => Promise<void>) | undefined> {
    const { db } = this.deps;
    const holder = randomUUID();
    const place = { holder, leasedUntil: sql`now() + make_interval(secs => ${leaseSeconds})` };
    const [taken] = await db
      .insert(runningAnswers)
      .values({ conversationId, ...place })
      .onConflictDoUpdate({
        target: runningAnswers.conversationId,
        set: place,
        setWhere: lt(runningAnswers.leasedUntil, sql`now()`),
      })
      .returning({ holder: runningAnswers.holder });
    return taken && this.#hold(conversationId, holder);
  }

  /** Places of processes that died; all of them, where no other process can have the database open. */
  async clear({ isAlone }: { isAlone: boolean }): Promise<void> {
    const isOver = lt(runningAnswers.leasedUntil, sql`now()`);
    await this.deps.db.delete(runningAnswers).where(isAlone ? undefined : isOver);
  }

  #hold(conversationId: string, holder: string): () => Promise<void> {
    const { db, clock, log } = this.deps;
    const own = and(
      eq(runningAnswers.conversationId, conversationId),
      eq(runningAnswers.holder, holder),
    );
    const leasedUntil = sql`now() + make_interval(secs => ${leaseSeconds})`;
    const later = () =>
      clock.after(renewMs, () => {
        cancel = later();
        const renewing = db
          .update(runningAnswers)
          .set({ leasedUntil })
          .where(own)
          .returning({ holder: runningAnswers.holder });
        renewing.then(
          ([kept]) => {
            if (!kept) cancel();
          },
          (err: unknown) => {
            log.warn({ err }, 'the place of a running answer could not be renewed');
          },
        );
      });
    let cancel = later();
    return async () => {
      cancel();
      try {
        await db.delete(runningAnswers).where(own);
      } catch (err) {
        log.warn({ err }, 'the place of a running answer could not be given back');
      }
    };
  }
}
