import {
  and,
  asc,
  count,
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
import { participants, voiceSessions } from '../db/schema.ts';
import type { Participant } from '../protocol/participant.ts';

export type Admission = {
  sessionId: string;
  /** Of the row, and so the `session_id` that their /connect is answered with, unless they have one already. */
  id: string;
  participant: Participant;
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
    const { sessionId, id, participant, most, at, heldSince } = admission;
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
      const known = { speakerId: participant.speakerId, speakerName: participant.speakerName };
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
