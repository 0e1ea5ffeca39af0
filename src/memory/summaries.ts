import { and, eq } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { conversations, conversationSummaries } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Summary } from '../protocol/recollection.ts';

type Of = { workspaceId: string; conversationId: string };

/** The older turns of long conversations, in few words. */
export class Summaries {
  constructor(private readonly deps: { db: Db; clock: Clock }) {}

  /** @returns undefined when there is none, or the conversation is not this workspace's */
  async get({ workspaceId, conversationId }: Of): Promise<Summary | undefined> {
    if (!isUuid(conversationId)) return undefined;
    const [found] = await this.deps.db
      .select({
        text: conversationSummaries.text,
        throughTurnId: conversationSummaries.throughTurnId,
      })
      .from(conversationSummaries)
      .innerJoin(conversations, eq(conversations.id, conversationSummaries.conversationId))
      .where(
        and(
          eq(conversationSummaries.conversationId, conversationId),
          eq(conversations.workspaceId, workspaceId),
        ),
      );
    return found;
  }

  /** In the place of the one before. @param within the transaction that this shall be part of */
  async keep(within: Db, conversationId: string, summary: Summary): Promise<void> {
    const values = { ...summary, updatedAt: this.deps.clock.nowAt() };
    await within
      .insert(conversationSummaries)
      .values({ conversationId, ...values })
      .onConflictDoUpdate({ target: conversationSummaries.conversationId, set: values });
  }
}
