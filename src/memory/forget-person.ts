import { and, eq, inArray } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import {
  afterwork,
  conversations,
  conversationSummaries,
  memories,
  memoryErasures,
  turns,
} from '../db/schema.ts';

/**
 * Removes all that is remembered of somebody, by all characters of the workspace; the summaries too of other people's
 * conversations in which they spoke. Call it while their turns are still there.
 * @param ids all ids that they are known by in this workspace
 */
export async function forgetPerson(db: Db, workspaceId: string, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  for (const table of [memories, memoryErasures])
    await db
      .delete(table)
      .where(and(eq(table.workspaceId, workspaceId), inArray(table.personId, ids)));
  const spokenIn = db
    .select({ id: turns.conversationId })
    .from(turns)
    .innerJoin(conversations, eq(conversations.id, turns.conversationId))
    .where(and(eq(conversations.workspaceId, workspaceId), inArray(turns.speakerId, ids)));
  await db
    .delete(conversationSummaries)
    .where(inArray(conversationSummaries.conversationId, spokenIn));
  // They are written anew, of the turns that are left.
  await db
    .update(afterwork)
    .set({ throughPosition: 0 })
    .where(and(eq(afterwork.kind, 'summary'), inArray(afterwork.conversationId, spokenIn)));
}
