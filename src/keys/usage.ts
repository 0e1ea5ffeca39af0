import { and, eq, gt, inArray, isNotNull, isNull, lt, ne, or, sql } from 'drizzle-orm';
import * as z from 'zod';
import type { Db } from '../db/db.ts';
import { rowsOf } from '../db/rows.ts';
import { apiKeys, keySessions, keyUsage, voiceSessions } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import type { Clock } from '../lifetime/clock.ts';
import { dayBeganAt, dayOf, MinutesUsedUp, msByDay, TooManySessions } from './limits.ts';

/** Longer ago than any token lasts: a client for whom a session ended as `never_joined` cannot come any more. */
const neverJoinedAfterMs = 3_600_000;
/** Sessions that are settled in one go: a bound for one statement's work. */
const mostSettled = 500;

const Used = z.object({ used_ms: z.coerce.number() });

/**
 * What keys have used, and whether they may use more. Everything is in the database, so that neither a restart nor a
 * second server forgets it. Sessions that run are looked at one by one; those that ended become a sum for each day.
 */
export class KeyUsage {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
  ) {}

  /**
   * Opens a session with this key, if the key's limits allow it.
   * @param keyId of no key of ours (the playground's on this machine): nothing is limited and nothing counted
   * @throws {TooManySessions}
   * @throws {MinutesUsedUp}
   */
  async opening<T>(keyId: string, sessionId: string, open: () => Promise<T>): Promise<T> {
    if (!isUuid(keyId)) return open();
    await this.#admit(keyId, sessionId);
    try {
      return await open();
    } catch (cause) {
      await this.db.delete(keySessions).where(eq(keySessions.sessionId, sessionId));
      throw cause;
    }
  }

  /** @returns milliseconds used on the present day of UTC */
  usedToday(keyId: string): Promise<number> {
    return usedMs(this.db, keyId, this.clock.nowAt());
  }

  /** Running sessions whose key has no minutes left. */
  async overdrawn(): Promise<string[]> {
    const nowAt = this.clock.nowAt();
    const running = await this.db
      .select({
        sessionId: keySessions.sessionId,
        keyId: keySessions.keyId,
        maxMinutesPerDay: apiKeys.maxMinutesPerDay,
      })
      .from(keySessions)
      .innerJoin(apiKeys, eq(apiKeys.id, keySessions.keyId))
      .innerJoin(voiceSessions, eq(voiceSessions.id, keySessions.sessionId))
      .where(
        and(
          isNotNull(apiKeys.maxMinutesPerDay),
          isNotNull(voiceSessions.joinedAt),
          isNull(voiceSessions.endedAt),
        ),
      );
    const limits = new Map(running.map((row) => [row.keyId, row.maxMinutesPerDay ?? 0]));
    const over = new Set<string>();
    for (const [keyId, minutes] of limits)
      if ((await usedMs(this.db, keyId, nowAt)) >= msOf(minutes)) over.add(keyId);
    return running.filter(({ keyId }) => over.has(keyId)).map(({ sessionId }) => sessionId);
  }

  /** Sums up what has ended. Repeating it changes nothing. */
  async settle(): Promise<void> {
    const before = new Date(this.clock.nowAt().getTime() - neverJoinedAfterMs);
    await this.db.transaction(async (tx) => {
      const ended = await tx
        .select({
          sessionId: keySessions.sessionId,
          keyId: keySessions.keyId,
          joinedAt: voiceSessions.joinedAt,
          endedAt: voiceSessions.endedAt,
        })
        .from(keySessions)
        .leftJoin(voiceSessions, eq(voiceSessions.id, keySessions.sessionId))
        .where(
          or(
            ne(voiceSessions.endReason, 'never_joined'),
            lt(voiceSessions.endedAt, before),
            and(isNull(voiceSessions.id), lt(keySessions.openedAt, before)),
          ),
        )
        .limit(mostSettled)
        .for('update', { of: keySessions, skipLocked: true });
      for (const { keyId, joinedAt, endedAt } of ended) {
        if (!joinedAt || !endedAt) continue;
        for (const { day, ms } of msByDay(joinedAt, endedAt)) {
          await tx
            .insert(keyUsage)
            .values({ keyId, day, usedMs: ms })
            .onConflictDoUpdate({
              target: [keyUsage.keyId, keyUsage.day],
              set: { usedMs: sql`${keyUsage.usedMs} + ${ms}` },
            });
        }
      }
      const ids = ended.map(({ sessionId }) => sessionId);
      if (ids.length > 0) await tx.delete(keySessions).where(inArray(keySessions.sessionId, ids));
    });
  }

  async #admit(keyId: string, sessionId: string): Promise<void> {
    const nowAt = this.clock.nowAt();
    const row = { sessionId, keyId, openedAt: nowAt };
    // Most keys have no limits: nothing has to be counted for them, and nobody waits for the lock.
    const [limits] = await this.db.select(limitColumns).from(apiKeys).where(eq(apiKeys.id, keyId));
    if (!limits) return;
    if (limits.maxSessions === null && limits.maxMinutesPerDay === null) {
      await this.db.insert(keySessions).values(row).onConflictDoNothing();
      return;
    }
    await this.db.transaction(async (tx) => {
      // The lock makes two clients that connect at once come one after the other.
      const [locked] = await tx
        .select(limitColumns)
        .from(apiKeys)
        .where(eq(apiKeys.id, keyId))
        .for('update');
      if (!locked) return;
      const { maxSessions, maxMinutesPerDay } = locked;
      if (maxSessions !== null && (await openSessions(tx, keyId, nowAt)) >= maxSessions)
        throw new TooManySessions(maxSessions);
      if (maxMinutesPerDay !== null && (await usedMs(tx, keyId, nowAt)) >= msOf(maxMinutesPerDay))
        throw new MinutesUsedUp(maxMinutesPerDay, nowAt);
      await tx.insert(keySessions).values(row).onConflictDoNothing();
    });
  }
}

const limitColumns = {
  maxSessions: apiKeys.maxSessions,
  maxMinutesPerDay: apiKeys.maxMinutesPerDay,
};

const msOf = (minutes: number) => minutes * 60_000;

/** A session that is not stored yet counts for a minute: what was never stored must not block a key for ever. */
async function openSessions(db: Db, keyId: string, nowAt: Date): Promise<number> {
  const minuteAgo = new Date(nowAt.getTime() - 60_000);
  return db.$count(
    db
      .select({ id: keySessions.sessionId })
      .from(keySessions)
      .leftJoin(voiceSessions, eq(voiceSessions.id, keySessions.sessionId))
      .where(
        and(
          eq(keySessions.keyId, keyId),
          isNull(voiceSessions.endedAt),
          or(isNotNull(voiceSessions.id), gt(keySessions.openedAt, minuteAgo)),
        ),
      )
      .as('open'),
  );
}

async function usedMs(db: Db, keyId: string, nowAt: Date): Promise<number> {
  const [now, today] = [nowAt.toISOString(), dayBeganAt(nowAt).toISOString()];
  const result = await db.execute(sql`
    select
      coalesce((
        select ${keyUsage.usedMs} from ${keyUsage}
        where ${keyUsage.keyId} = ${keyId} and ${keyUsage.day} = ${dayOf(nowAt)}
      ), 0) + coalesce((
        select sum(greatest(0, extract(epoch from
          coalesce(${voiceSessions.endedAt}, ${now}::timestamptz)
          - greatest(${voiceSessions.joinedAt}, ${today}::timestamptz)) * 1000))
        from ${keySessions} join ${voiceSessions} on ${voiceSessions.id} = ${keySessions.sessionId}
        where ${keySessions.keyId} = ${keyId} and ${voiceSessions.joinedAt} is not null
      ), 0) as used_ms`);
  return rowsOf(Used, result)[0]?.used_ms ?? 0;
}
