import { and, eq, inArray } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { conversations, participants, turns, voiceSessions } from '../db/schema.ts';

/**
 * Removes what somebody said: the conversations that are theirs, and their turns and traces in those of others. A
 * conversation that still runs is not stored any more.
 * @param ids all ids that they are known by in this workspace
 */
export async function forgetSpeaker(db: Db, workspaceId: string, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const ofWorkspace = eq(conversations.workspaceId, workspaceId);
  await db.delete(conversations).where(and(ofWorkspace, inArray(conversations.endUserId, ids)));
  const elsewhere = db.select({ id: conversations.id }).from(conversations).where(ofWorkspace);
  await db
    .delete(turns)
    .where(and(inArray(turns.speakerId, ids), inArray(turns.conversationId, elsewhere)));
  const sessions = db
    .select({ id: voiceSessions.id })
    .from(voiceSessions)
    .where(inArray(voiceSessions.conversationId, elsewhere));
  await db
    .update(participants)
    .set({ speakerId: null, speakerName: null })
    .where(and(inArray(participants.speakerId, ids), inArray(participants.sessionId, sessions)));
}
