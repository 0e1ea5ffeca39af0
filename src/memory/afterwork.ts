import { and, asc, eq, gt, isNotNull, lte, sql } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { afterwork, conversations } from '../db/schema.ts';
import { backoffMs } from '../lifetime/backoff.ts';
import type { Clock } from '../lifetime/clock.ts';

export type AfterworkKind = 'facts' | 'summary';

/** A conversation that there is something to do for. */
export type Task = {
  workspaceId: string;
  characterId: string;
  conversationId: string;
  /** Whose conversation it is, as far as its client said. */
  endUserId: string | null;
  kind: AfterworkKind;
  /** Of the last turn it is done for; 0 for none. */
  throughPosition: number;
  /** Which attempt this is, from 1. */
  attempt: number;
  /** Until when nobody else takes it. */
  untilAt: Date;
};

export type AfterworkDeps = { db: Db; clock: Clock; /** 0 to 1. */ random: () => number };

/** Longer than any call to a model may take: who died with a task loses it then. */
const leaseMs = 5 * 60_000;
const retries = { firstMs: 10_000, lastMs: 60 * 60_000 };
/** With the waits between them two to three and a half hours. What was said since is done with at the next end of the conversation. */
export const mostAttempts = 12;

/**
 * What is to be done with conversations when nobody waits for it, kept in the database: what was begun and not ended is
 * begun again, and counts once, because its result is stored together with how far it came.
 */
export class Afterwork {
  constructor(private readonly deps: AfterworkDeps) {}

  /** There is something to do, from `afterMs` on. Said twice it is done once. */
  async due(
    conversationId: string,
    kind: AfterworkKind,
    afterMs: number,
    db = this.deps.db,
  ): Promise<void> {
    const { clock } = this.deps;
    const dueAt = new Date(clock.nowAt().getTime() + afterMs);
    await db
      .insert(afterwork)
      .values({ conversationId, kind, dueAt })
      .onConflictDoUpdate({
        target: [afterwork.conversationId, afterwork.kind],
        set: { dueAt, attempts: 0 },
      });
  }

  /** How far the work on a conversation has come. */
  async through(conversationId: string, kind: AfterworkKind): Promise<number> {
    const [row] = await this.deps.db
      .select({ throughPosition: afterwork.throughPosition })
      .from(afterwork)
      .where(and(eq(afterwork.conversationId, conversationId), eq(afterwork.kind, kind)));
    return row?.throughPosition ?? 0;
  }

  /** The next task, which nobody else gets for a while. */
  async take(): Promise<Task | undefined> {
    const { db, clock } = this.deps;
    const nowAt = clock.nowAt();
    const untilAt = new Date(nowAt.getTime() + leaseMs);
    return db.transaction(async (tx) => {
      const [next] = await tx
        .select({
          conversationId: afterwork.conversationId,
          kind: afterwork.kind,
          throughPosition: afterwork.throughPosition,
          attempts: afterwork.attempts,
          workspaceId: conversations.workspaceId,
          characterId: conversations.characterId,
          endUserId: conversations.endUserId,
        })
        .from(afterwork)
        .innerJoin(conversations, eq(conversations.id, afterwork.conversationId))
        .where(and(isNotNull(afterwork.dueAt), lte(afterwork.dueAt, nowAt)))
        .orderBy(asc(afterwork.dueAt))
        .limit(1)
        .for('update', { of: afterwork, skipLocked: true });
      if (!next) return undefined;
      const { attempts, ...task } = next;
      await tx
        .update(afterwork)
        .set({ dueAt: untilAt, attempts: attempts + 1 })
        .where(is(task));
      return { ...task, attempt: attempts + 1, untilAt };
    });
  }

  /**
   * The task is done up to a turn, and `store` keeps what came of it in the same transaction.
   * @param againAt when there is more to do for this conversation; null when there is not
   * @returns false, with nothing stored, when somebody else did it meanwhile, or the conversation is deleted
   */
  async done(
    task: Task,
    { throughPosition, againAt }: { throughPosition: number; againAt: Date | null },
    store: (tx: Db) => Promise<void> = () => Promise.resolve(),
  ): Promise<boolean> {
    return this.deps.db.transaction(async (tx) => {
      const moved = await tx
        .update(afterwork)
        .set({
          throughPosition,
          attempts: 0,
          // Said to be due again while it was done: that stays.
          dueAt: sql`case when ${afterwork.dueAt} = ${task.untilAt.toISOString()}::timestamptz
            then ${againAt?.toISOString() ?? null}::timestamptz else ${afterwork.dueAt} end`,
        })
        .where(and(is(task), eq(afterwork.throughPosition, task.throughPosition)))
        .returning({ kind: afterwork.kind });
      if (moved.length === 0) return false;
      await store(tx);
      return true;
    });
  }

  /** Broken off through no fault of its own: it is due at once, and this attempt does not count. */
  async giveBack(task: Task): Promise<void> {
    await this.deps.db
      .update(afterwork)
      .set({ dueAt: this.deps.clock.nowAt(), attempts: task.attempt - 1 })
      .where(isHeld(task));
  }

  /** At the start of the only server, whatever was begun or waits to be tried again is due. */
  async takeUp(): Promise<void> {
    const nowAt = this.deps.clock.nowAt();
    await this.deps.db
      .update(afterwork)
      .set({ dueAt: nowAt })
      .where(and(gt(afterwork.dueAt, nowAt), gt(afterwork.attempts, 0)));
  }

  /** It will be tried again, later each time. @returns false when that was the last time */
  async failed(task: Task): Promise<boolean> {
    const { clock, random } = this.deps;
    const isLast = task.attempt >= mostAttempts;
    const waitMs = backoffMs(retries, task.attempt - 1, random());
    const dueAt = isLast ? null : new Date(clock.nowAt().getTime() + waitMs);
    await this.deps.db.update(afterwork).set({ dueAt }).where(isHeld(task));
    return !isLast;
  }
}

function is({ conversationId, kind }: Pick<Task, 'conversationId' | 'kind'>) {
  return and(eq(afterwork.conversationId, conversationId), eq(afterwork.kind, kind));
}

/** Nobody has said since that it is due. */
function isHeld(task: Task) {
  return and(is(task), sql`${afterwork.dueAt} = ${task.untilAt.toISOString()}::timestamptz`);
}
