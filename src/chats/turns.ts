import { and, desc, eq, sql } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { conversations, turns, voiceSessions } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import { type TurnRecord, TurnStages } from '../protocol/turn-record.ts';
import { UnknownSession } from './voice-sessions.ts';

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
      const said = {
        userText: turn.userText,
        assistantText: turn.assistantText,
        status: turn.status,
        stages: turn.stages,
      };
      await tx
        .insert(turns)
        .values({
          ...said,
          id: turn.id,
          conversationId,
          sessionId,
          origin: turn.origin,
          startedAt: new Date(turn.startedAt),
        })
        .onConflictDoUpdate({
          target: turns.id,
          set: said,
          setWhere: sql`${turns.conversationId} = ${conversationId}
            and (${turns.status} = 'open' or excluded.status <> 'open')`,
        });
      await tx
        .update(conversations)
        .set({ updatedAt: new Date() })
        .where(eq(conversations.id, conversationId));
    });
  }

  /** The last `limit` turns of a conversation, oldest first; none when it is not this workspace's. */
  async history(
    of: { workspaceId: string; conversationId: string },
    limit: number,
  ): Promise<TurnRecord[]> {
    const rows = await this.db
      .select({
        id: turns.id,
        origin: turns.origin,
        userText: turns.userText,
        assistantText: turns.assistantText,
        status: turns.status,
        stages: turns.stages,
        startedAt: turns.startedAt,
      })
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
