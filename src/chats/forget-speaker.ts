import { and, eq, inArray, or, sql } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { conversations, participants, turns, voiceSessions } from '../db/schema.ts';

/**
 * Removes what somebody said: the conversations that are theirs, and their turns and traces in those of others. A
 * conversation that still runs is not stored any more.
 * @param ids all ids that they are known by in this workspace
 * @returns whether there was anything
 */
export async function forgetSpeaker(db: Db, workspaceId: string, ids: string[]): Promise<boolean> {
  if (ids.length === 0) return false;
  const ofWorkspace = eq(conversations.workspaceId, workspaceId);
  const theirs = await db
    .delete(conversations)
    .where(and(ofWorkspace, inArray(conversations.endUserId, ids)))
    .returning({ id: conversations.id });
  const elsewhere = db.select({ id: conversations.id }).from(conversations).where(ofWorkspace);
  const said = await db
    .delete(turns)
    .where(and(inArray(turns.speakerId, ids), inArray(turns.conversationId, elsewhere)))
    .returning({ id: turns.id });
  const sessions = db
    .select({ id: voiceSessions.id })
    .from(voiceSessions)
    .where(inArray(voiceSessions.conversationId, elsewhere));
  const places = await db
    .update(participants)
    .set({ speakerId: null, speakerName: null })
    .where(and(inArray(participants.speakerId, ids), inArray(participants.sessionId, sessions)))
    .returning({ sessionId: participants.sessionId });
  // Of rooms that they opened to go on with somebody else's conversation.
  const entered = places.map(({ sessionId }) => sessionId);
  const { settings } = voiceSessions;
  const isNamed = or(
    inArray(sql`${settings}->>'end_user_id'`, ids),
    inArray(sql`${settings}->>'speaker_id'`, ids),
  );
  await db
    .update(voiceSessions)
    .set({ settings: sql`${settings} - array['end_user_id', 'speaker_id']` })
    .where(and(inArray(voiceSessions.id, entered), isNamed));
  return theirs.length + said.length + places.length > 0;
}
