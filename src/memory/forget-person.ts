import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import {
  afterwork,
  conversations,
  conversationSummaries,
  memories,
  memoryErasures,
  turns,
} from '../db/schema.ts';
import { forgetQuotes } from './quotes.ts';

/**
 * Removes all that is remembered of somebody, by all characters of the workspace; the summaries too of other people's
 * conversations in which they spoke. Call it while their turns are still there.
 * @param ids all ids that they are known by in this workspace
 * @returns whether there was anything
 */
export async function forgetPerson(db: Db, workspaceId: string, ids: string[]): Promise<boolean> {
  if (ids.length === 0) return false;
  await db
    .delete(memoryErasures)
    .where(and(eq(memoryErasures.workspaceId, workspaceId), inArray(memoryErasures.personId, ids)));
  const forgotten = await db
    .delete(memories)
    .where(and(eq(memories.workspaceId, workspaceId), inArray(memories.personId, ids)))
    .returning({ id: memories.id });
  await forgetQuotes(
    db,
    workspaceId,
    forgotten.map(({ id }) => id),
  );
  const spokenIn = db
    .select({ id: turns.conversationId })
    .from(turns)
    .innerJoin(conversations, eq(conversations.id, turns.conversationId))
    .where(and(eq(conversations.workspaceId, workspaceId), inArray(turns.speakerId, ids)));
  await db
    .delete(conversationSummaries)
    .where(inArray(conversationSummaries.conversationId, spokenIn));
  // They are written anew, of the turns that are left. One that is being written right now, of all turns, began at
  // another number, and is not kept.
  await db
    .update(afterwork)
    .set({ throughPosition: sql`least(${afterwork.throughPosition}, 0) - 1` })
    .where(and(eq(afterwork.kind, 'summary'), inArray(afterwork.conversationId, spokenIn)));
  return forgotten.length > 0;
}
