import { and, asc, desc, eq, exists, inArray, sql } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { conversations, memories, turns } from '../db/schema.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import { conversationId } from './conversation-id.ts';

/** A character of a workspace: the caller has looked it up. */
type Of = { workspaceId: string; characterId: string };

export type PastTurn = Pick<TurnRecord, 'origin' | 'userText' | 'assistantText'> & {
  startedAt: Date;
};

/** @property isRemembered something that was said in it is among the character's memories now */
export type PastSession = { id: string; createdAt: Date; isRemembered: boolean };

/** Rows of an answer: a long life of one conversation, and of many. */
const mostTurns = 5_000;
const mostSessions = 10_000;

/** Conversations as they are looked back on: what was said, and until when it is kept. */
export class ChatHistory {
  /** @param onDeleted awaited when conversations are gone: what else is kept of them */
  constructor(
    private readonly db: Db,
    private readonly onDeleted?: () => Promise<void>,
  ) {}

  /** Conversations in which anything was said, newest first. */
  sessions(of: Of, limit = mostSessions): Promise<PastSession[]> {
    const said = this.db
      .select({ id: turns.id })
      .from(turns)
      .where(eq(turns.conversationId, conversations.id));
    const remembered = this.db
      .select({ id: memories.id })
      .from(memories)
      .where(
        and(
          eq(memories.workspaceId, of.workspaceId),
          eq(memories.characterId, of.characterId),
          eq(memories.conversationId, conversations.id),
        ),
      );
    return this.db
      .select({
        id: conversations.id,
        createdAt: conversations.createdAt,
        isRemembered: sql<boolean>`${exists(remembered)}`,
      })
      .from(conversations)
      .where(and(...own(of), exists(said)))
      .orderBy(desc(conversations.createdAt), desc(conversations.id))
      .limit(Math.min(limit, mostSessions));
  }

  /**
   * @param sessionId from the client, of any form
   * @returns the turns, oldest first; undefined when the character has no such conversation
   */
  async turns(of: Of, sessionId: string): Promise<PastTurn[] | undefined> {
    const id = idOf(of, sessionId);
    const [there] = await this.db
      .select({ id: conversations.id })
      .from(conversations)
      .where(and(...own(of), eq(conversations.id, id)));
    if (!there) return undefined;
    return this.db
      .select({
        origin: turns.origin,
        userText: turns.userText,
        assistantText: turns.assistantText,
        startedAt: turns.startedAt,
      })
      .from(turns)
      .where(eq(turns.conversationId, id))
      .orderBy(asc(turns.position))
      .limit(mostTurns);
  }

  /** Deletes conversations with all that was said in them. @returns how many there were */
  async delete(of: Of, sessionIds: string[]): Promise<number> {
    const ids = sessionIds.map((given) => idOf(of, given));
    if (ids.length === 0) return 0;
    const deleted = await this.db
      .delete(conversations)
      .where(and(...own(of), inArray(conversations.id, ids)))
      .returning({ id: conversations.id });
    if (deleted.length > 0) await this.onDeleted?.();
    return deleted.length;
  }
}

function own({ workspaceId, characterId }: Of) {
  return [eq(conversations.workspaceId, workspaceId), eq(conversations.characterId, characterId)];
}

function idOf({ workspaceId, characterId }: Of, given: string): string {
  return conversationId(workspaceId, characterId, given);
}
