import { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { conversations, turns, voiceSessions } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import { type TurnRecord, TurnStages, TurnUsage } from '../protocol/turn-record.ts';
import { UnknownSession } from './voice-sessions.ts';

/** A turn as it is stored. */
export type StoredTurn = Omit<TurnRecord, 'usage'> & {
  usage: TurnUsage | null;
  /** Order within the conversation; grows, with gaps. */
  position: number;
  /** The voice session it was said in; null when that was deleted. */
  sessionId: string | null;
};

const said = {
  id: turns.id,
  origin: turns.origin,
  userText: turns.userText,
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
   * @throws {UnknownSession}
   */
  async append(sessionId: string, turn: TurnRecord): Promise<void> {
    if (!isUuid(sessionId)) throw new UnknownSession();
    await this.db.transaction(async (tx) => {
      const [session] = await tx
        .select({ conversationId: voiceSessions.conversationId })
        .from(voiceSessions)
        .where(eq(voiceSessions.id, sessionId));
      if (!session) throw new UnknownSession();
      const { conversationId } = session;
      const known = {
        userText: turn.userText,
        assistantText: turn.assistantText,
        status: turn.status,
        stages: turn.stages,
        ...(turn.usage && { usage: turn.usage }),
      };
      await tx
        .insert(turns)
        .values({
          ...known,
          id: turn.id,
          conversationId,
          sessionId,
          origin: turn.origin,
          startedAt: new Date(turn.startedAt),
        })
        .onConflictDoUpdate({
          target: turns.id,
          set: known,
          setWhere: sql`${turns.conversationId} = ${conversationId}
            and (${turns.status} = 'open' or excluded.status <> 'open')`,
        });
      await tx
        .update(conversations)
        .set({ updatedAt: new Date() })
        .where(eq(conversations.id, conversationId));
    });
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
        position: turns.position,
        sessionId: turns.sessionId,
      })
      .from(turns)
      .where(and(eq(turns.conversationId, known.id), gt(turns.position, after)))
      .orderBy(asc(turns.position))
      .limit(limit);
    return rows.map(({ startedAt, stages, usage, ...row }) => ({
      ...row,
      stages: TurnStages.parse(stages),
      usage: TurnUsage.nullable().parse(usage),
      startedAt: startedAt.toISOString(),
    }));
  }

  /** The last `limit` turns of a conversation, oldest first; none when it is not this workspace's. */
  async history(
    of: { workspaceId: string; conversationId: string },
    limit: number,
  ): Promise<TurnRecord[]> {
    const rows = await this.db
      .select(said)
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
    return rows.reverse().map((row) => ({
      ...row,
      stages: TurnStages.parse(row.stages),
      startedAt: row.startedAt.toISOString(),
    }));
  }
}
