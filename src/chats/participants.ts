import {
  and,
  asc,
  count,
  desc,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  ne,
  notInArray,
  or,
} from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { conversations, participants, voiceSessions } from '../db/schema.ts';
import type { Participant } from '../protocol/participant.ts';

export type Admission = {
  sessionId: string;
  /** Of the row, and so the `session_id` that their /connect is answered with, unless they have one already. */
  id: string;
  participant: Participant;
  /** Whether they are remembered beyond the session, and what is remembered recalled. */
  remembered: boolean;
  /** Humans that the room holds. */
  most: number;
  at: Date;
  /** Those who were let in before and never came hold no place any more. */
  heldSince: Date;
};

/** The humans of voice sessions: who was let in, who is there, who has left. */
export class Participants {
  constructor(private readonly db: Db) {}

  /**
   * Lets somebody in, or in again: one identity has one place. A session that ended as `never_joined` is open again.
   * @returns the id of their place, or undefined when the room is full
   */
  async admit(admission: Admission): Promise<string | undefined> {
    const { sessionId, id, participant, remembered, most, at, heldSince } = admission;
    return this.db.transaction(async (tx) => {
      const [others] = await tx
        .select({ number: count() })
        .from(participants)
        .where(
          and(
            eq(participants.sessionId, sessionId),
            ne(participants.identity, participant.identity),
            isNull(participants.leftAt),
            or(isNotNull(participants.joinedAt), gt(participants.admittedAt, heldSince)),
          ),
        );
      if ((others?.number ?? 0) >= most) return undefined;
      const { speakerId, speakerName } = participant;
      const known = { speakerId, speakerName, remembered };
      const [place] = await tx
        .insert(participants)
        .values({ id, sessionId, identity: participant.identity, ...known, admittedAt: at })
        .onConflictDoUpdate({
          target: [participants.sessionId, participants.identity],
          set: { ...known, admittedAt: at, leftAt: null },
        })
        .returning({ id: participants.id });
      await tx
        .update(voiceSessions)
        .set({ endedAt: null, endReason: null })
        .where(and(eq(voiceSessions.id, sessionId), eq(voiceSessions.endReason, 'never_joined')));
      return place?.id;
    });
  }

  /** Everyone who was let in and has not left, the first one first. */
  expected(sessionId: string): Promise<Participant[]> {
    return this.db
      .select({
        identity: participants.identity,
        speakerId: participants.speakerId,
        speakerName: participants.speakerName,
      })
      .from(participants)
      .where(and(eq(participants.sessionId, sessionId), isNull(participants.leftAt)))
      .orderBy(asc(participants.admittedAt), asc(participants.id));
  }

  /** Those of them who are remembered: ids as they came with them. */
  async remembered(sessionId: string): Promise<string[]> {
    const rows = await this.db
      .select({ speakerId: participants.speakerId })
      .from(participants)
      .where(
        and(
          eq(participants.sessionId, sessionId),
          isNull(participants.leftAt),
          eq(participants.remembered, true),
          isNotNull(participants.speakerId),
        ),
      )
      .orderBy(asc(participants.admittedAt), asc(participants.id));
    return rows.flatMap(({ speakerId }) => (speakerId === null ? [] : [speakerId]));
  }

  /** Whether somebody who is or was in a session is remembered, by their last word on it; undefined for a stranger. */
  async isRemembered(sessionId: string, speakerId: string): Promise<boolean | undefined> {
    const [last] = await this.db
      .select({ remembered: participants.remembered })
      .from(participants)
      .where(and(eq(participants.sessionId, sessionId), eq(participants.speakerId, speakerId)))
      .orderBy(desc(participants.admittedAt))
      .limit(1);
    return last?.remembered;
  }

  /** Open sessions of a workspace in which one of these is expected and remembered. */
  async sessionsOf(
    workspaceId: string,
    speakerIds: string[],
  ): Promise<{ sessionId: string; speakerId: string | null }[]> {
    return this.db
      .select({ sessionId: participants.sessionId, speakerId: participants.speakerId })
      .from(participants)
      .innerJoin(voiceSessions, eq(voiceSessions.id, participants.sessionId))
      .innerJoin(conversations, eq(conversations.id, voiceSessions.conversationId))
      .where(
        and(
          eq(conversations.workspaceId, workspaceId),
          isNull(voiceSessions.endedAt),
          inArray(participants.speakerId, speakerIds),
          isNull(participants.leftAt),
          eq(participants.remembered, true),
        ),
      );
  }

  /**
   * Notes who is in the room now, and that the others of those who had come have left.
   * @returns identities of those who are there, the longest there first
   */
  async note(sessionId: string, here: string[], at: Date): Promise<string[]> {
    return this.db.transaction(async (tx) => {
      const ofSession = eq(participants.sessionId, sessionId);
      const gone = here.length > 0 ? notInArray(participants.identity, here) : undefined;
      await tx
        .update(participants)
        .set({ leftAt: at })
        .where(and(ofSession, isNotNull(participants.joinedAt), isNull(participants.leftAt), gone));
      if (here.length === 0) return [];
      const present = and(ofSession, inArray(participants.identity, here));
      await tx
        .update(participants)
        .set({ joinedAt: at, leftAt: null })
        .where(and(present, or(isNull(participants.joinedAt), isNotNull(participants.leftAt))));
      const rows = await tx
        .select({ identity: participants.identity })
        .from(participants)
        .where(present)
        .orderBy(asc(participants.joinedAt), asc(participants.admittedAt));
      return rows.map(({ identity }) => identity);
    });
  }
}
