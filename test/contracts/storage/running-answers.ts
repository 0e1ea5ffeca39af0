import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { RunningAnswers } from '../../../src/chats/running-answers.ts';
import { runningAnswers } from '../../../src/db/schema.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import type { Storage } from './storage.ts';

export function runningAnswersContract(storage: () => Storage): void {
  describe('running answers', () => {
    /** As each process has its own. */
    const process_ = () => {
      const { clock, database } = storage();
      return new RunningAnswers({ db: database.db, clock, log: silentLog });
    };
    const leftOf = async (conversationId: string) => {
      const { db } = storage().database;
      const seconds = sql<string>`extract(epoch from leased_until - now())`;
      const [row] = await db
        .select({ seconds })
        .from(runningAnswers)
        .where(eq(runningAnswers.conversationId, conversationId));
      return row && Number(row.seconds);
    };
    /** As if its process had died so long ago. */
    const expire = (conversationId: string) =>
      storage()
        .database.db.update(runningAnswers)
        .set({ leasedUntil: sql`now() - interval '1 second'` })
        .where(eq(runningAnswers.conversationId, conversationId));

    it('are one at a time in a conversation, whichever process gives them', async () => {
      const [first, second, conversation] = [process_(), process_(), randomUUID()];
      const leave = await first.enter(conversation);
      expect(leave).toBeDefined();
      expect(await second.enter(conversation)).toBeUndefined();
      expect(await first.enter(conversation)).toBeUndefined();
      const elsewhere = await second.enter(randomUUID());
      expect(elsewhere).toBeDefined();
      await leave?.();
      const next = await second.enter(conversation);
      expect(next).toBeDefined();
      await Promise.all([next?.(), elsewhere?.()]);
    });

    it('let one of many in', async () => {
      const conversation = randomUUID();
      const all = await Promise.all(
        Array.from({ length: 8 }, () => process_().enter(conversation)),
      );
      const inside = all.filter((leave) => leave !== undefined);
      expect(inside).toHaveLength(1);
      await inside[0]?.();
    });

    it('go with the process that gave them, and nobody gives back the place of another', async () => {
      const conversation = randomUUID();
      const dead = await process_().enter(conversation);
      await expire(conversation);
      const leave = await process_().enter(conversation);
      expect(leave).toBeDefined();
      await dead?.();
      expect(await process_().enter(conversation)).toBeUndefined();
      await leave?.();
    });

    it('keep their place as long as they take', async () => {
      const conversation = randomUUID();
      const leave = await process_().enter(conversation);
      await expire(conversation);
      await storage().clock.advance(5_000);
      await expect.poll(() => leftOf(conversation)).toBeGreaterThan(10);
      await leave?.();
      expect(await leftOf(conversation)).toBeUndefined();
    });

    it('are cleared away at the start of a process that is alone, and only the expired ones else', async () => {
      const [running, dead] = [randomUUID(), randomUUID()];
      const leaves = await Promise.all([running, dead].map((each) => process_().enter(each)));
      await expire(dead);
      await process_().clear({ isAlone: false });
      expect(await leftOf(dead)).toBeUndefined();
      expect(await leftOf(running)).toBeGreaterThan(0);
      await process_().clear({ isAlone: true });
      expect(await leftOf(running)).toBeUndefined();
      for (const leave of leaves) await leave?.();
    });
  });
}
