import { and, asc, count, desc, eq, gt, sql } from 'drizzle-orm';
import * as z from 'zod';
import type { Db } from '../db/db.ts';
import { conversations, turns, voiceSessions } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import { Materials, type Material } from '../protocol/material.ts';
import type { Participant } from '../protocol/participant.ts';
import { ToolCallRecord, type TurnRecord, TurnStages, TurnUsage } from '../protocol/turn-record.ts';
import { conversationOf, StoredRoster } from './roster.ts';
import { UnknownSession } from './voice-sessions.ts';

/** A turn as it is stored. */
export type StoredTurn = Omit<TurnRecord, 'usage' | 'material'> & {
  material: Material[];
  usage: TurnUsage | null;
  /** Order within the conversation; grows, with gaps. */
  position: number;
  /** The voice session it was said in; null when that was deleted. */
  sessionId: string | null;
};

/** @property isFinishedBy the turn came to its end with this: once, however often it is appended */
export type Appended = { conversationId: string; isFinishedBy: boolean };

export type Amount = { turns: number; bytes: number };

const said = {
  id: turns.id,
  origin: turns.origin,
  userText: turns.userText,
  participantId: turns.participantId,
  speakerId: turns.speakerId,
  speakerName: turns.speakerName,
  assistantText: turns.assistantText,
  status: turns.status,
  stages: turns.stages,
  startedAt: turns.startedAt,
};

/** What was said, exchange by exchange. */
export class Turns {
  constructor(private readonly db: Db) {}

  /**
   * Stores a turn, or what became of it since. Repeating a call changes nothing, a late `open` never undoes a finished
   * turn, and a turn stays in the conversation it began in. Sessions that have ended take turns too: a retried append
   * may arrive after the end.
   * @param membershipId whose conversation it belongs to, in a room with several characters
   * @throws {UnknownSession}
   */
  async append(sessionId: string, turn: TurnRecord, membershipId?: string): Promise<Appended> {
    if (!isUuid(sessionId)) throw new UnknownSession();
    return this.db.transaction(async (tx) => {
      const [session] = await tx
        .select({ conversationId: voiceSessions.conversationId, roster: voiceSessions.roster })
        .from(voiceSessions)
        .where(eq(voiceSessions.id, sessionId));
      const conversationId =
        membershipId === undefined
          ? session?.conversationId
          : memberConversation(session?.roster, membershipId);
      if (conversationId === undefined) throw new UnknownSession();
      const known = {
        userText: turn.userText,
        assistantText: turn.assistantText,
        status: turn.status,
        stages: turn.stages,
        ...(turn.usage && { usage: turn.usage }),
        ...(turn.material && { material: turn.material }),
        ...(turn.toolCalls && { toolCalls: turn.toolCalls }),
      };
      const [before] =
        turn.status === 'open'
          ? []
          : await tx
              .select({ status: turns.status })
              .from(turns)
              .where(eq(turns.id, turn.id))
              .for('update');
      const [stored] = await tx
        .insert(turns)
        .values({
          ...known,
          id: turn.id,
          conversationId,
          sessionId,
          origin: turn.origin,
          participantId: turn.speaker?.identity,
          speakerId: turn.speaker?.speakerId,
          speakerName: turn.speaker?.speakerName,
          startedAt: new Date(turn.startedAt),
        })
        .onConflictDoUpdate({
          target: turns.id,
          set: known,
          setWhere: sql`${turns.conversationId} = ${conversationId}
            and (${turns.status} = 'open' or excluded.status <> 'open')`,
        })
        // A row that nobody had stored before has no transaction that replaced it.
        .returning({ isNew: sql<boolean>`(xmax = 0)` });
      await tx
        .update(conversations)
        .set({ updatedAt: new Date() })
        .where(eq(conversations.id, conversationId));
      const wasOpen = before?.status === 'open' || stored?.isNew === true;
      return { conversationId, isFinishedBy: turn.status !== 'open' && wasOpen };
    });
  }

  /** The conversations to which turns of a voice session belong. */
  async conversationsOf(sessionId: string): Promise<string[]> {
    if (!isUuid(sessionId)) return [];
    const rows = await this.db
      .selectDistinct({ id: turns.conversationId })
      .from(turns)
      .where(eq(turns.sessionId, sessionId));
    return rows.map(({ id }) => id);
  }

  /** How much was said after a position: turns, and bytes of UTF-8. */
  async amountAfter(conversationId: string, position: number): Promise<Amount> {
    const bytes = sql<number>`coalesce(sum(
      octet_length(coalesce(${turns.userText}, '')) + octet_length(${turns.assistantText})), 0)`;
    const [row] = await this.db
      .select({ turns: count(), bytes: bytes.mapWith(Number) })
      .from(turns)
      .where(and(eq(turns.conversationId, conversationId), gt(turns.position, position)));
    return row ?? { turns: 0, bytes: 0 };
  }

  /**
   * Turns of a conversation in their order.
   * @param after a `position`: only later ones
   * @returns undefined when the workspace has no such conversation
   */
  async page(
    of: { workspaceId: string; conversationId: string },
    { after, limit }: { after: number; limit: number },
  ): Promise<StoredTurn[] | undefined> {
    if (!isUuid(of.conversationId)) return undefined;
    const [known] = await this.db
      .select({ id: conversations.id })
      .from(conversations)
      .where(
        and(eq(conversations.id, of.conversationId), eq(conversations.workspaceId, of.workspaceId)),
      );
    if (!known) return undefined;
    const rows = await this.db
      .select({
        ...said,
        usage: turns.usage,
        material: turns.material,
        position: turns.position,
        sessionId: turns.sessionId,
      })
      .from(turns)
      .where(and(eq(turns.conversationId, known.id), gt(turns.position, after)))
      .orderBy(asc(turns.position))
      .limit(limit);
    return rows.map(({ startedAt, stages, usage, material, ...row }) => ({
      ...withSpeaker(row),
      stages: TurnStages.parse(stages),
      usage: TurnUsage.nullable().parse(usage),
      material: Materials.parse(material ?? []),
      startedAt: startedAt.toISOString(),
    }));
  }

  /** The last `limit` turns of a conversation, oldest first; none when it is not this workspace's. */
  async history(
    of: { workspaceId: string; conversationId: string },
    limit: number,
  ): Promise<TurnRecord[]> {
    const rows = await this.db
      .select({ ...said, toolCalls: turns.toolCalls })
      .from(turns)
      .innerJoin(conversations, eq(conversations.id, turns.conversationId))
      .where(
        and(
          eq(turns.conversationId, of.conversationId),
          eq(conversations.workspaceId, of.workspaceId),
        ),
      )
      .orderBy(desc(turns.position))
      .limit(limit);
    return rows.reverse().map(({ toolCalls, ...row }) => ({
      ...withSpeaker(row),
      ...(toolCalls !== null && { toolCalls: z.array(ToolCallRecord).parse(toolCalls) }),
      stages: TurnStages.parse(row.stages),
      startedAt: row.startedAt.toISOString(),
    }));
  }
}

function memberConversation(roster: unknown, membershipId: string): string | undefined {
  const stored = StoredRoster.safeParse(roster);
  return stored.success ? conversationOf(stored.data, membershipId) : undefined;
}

type Said = { participantId: string | null; speakerId: string | null; speakerName: string | null };

/** Turns from before rooms were shared have no speaker. */
function withSpeaker<Row extends Said>({
  participantId: identity,
  speakerId,
  speakerName,
  ...row
}: Row): Omit<Row, keyof Said> & { speaker?: Participant } {
  return { ...row, ...(identity !== null && { speaker: { identity, speakerId, speakerName } }) };
}
