import { and, desc, eq, inArray, ne } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { conversations, turns } from '../db/schema.ts';

/**
 * One side of a turn, under a number that is never given to another: the user's is odd, the character's the even one
 * behind it. Each turn has a pair, whether both spoke or not.
 */
export type Message = {
  id: number;
  role: 'user' | 'assistant';
  content: string;
  at: Date;
};

/** @param position of a kept turn */
export const answerId = (position: number) => position * 2;

/** Who looks back: one who uses an app. @property ids all that they are known by in the workspace */
export type Reader = { workspaceId: string; ids: string[] };

/** Conversations as messages with numbers, for clients that know integers only. */
export class Messages {
  constructor(private readonly db: Db) {}

  /** The last messages of a conversation, oldest first; none when it is not this workspace's. @param mostTurns of both sides */
  async list(
    of: { workspaceId: string; conversationId: string },
    mostTurns: number,
  ): Promise<Message[]> {
    const rows = await this.db
      .select({
        position: turns.position,
        userText: turns.userText,
        assistantText: turns.assistantText,
        at: turns.startedAt,
      })
      .from(turns)
      .innerJoin(conversations, eq(conversations.id, turns.conversationId))
      .where(
        and(eq(conversations.id, of.conversationId), eq(conversations.workspaceId, of.workspaceId)),
      )
      .orderBy(desc(turns.position))
      .limit(mostTurns);
    return rows.reverse().flatMap(({ position, userText, assistantText, at }) => {
      const id = answerId(position);
      const messages: Message[] = [];
      if (userText !== null) messages.push({ id: id - 1, role: 'user', content: userText, at });
      if (assistantText !== '')
        messages.push({ id, role: 'assistant', content: assistantText, at });
      return messages;
    });
  }

  /** What a character said to this reader. @returns undefined for a number that is no such message */
  async answer(
    { workspaceId, ids }: Reader,
    messageId: number,
  ): Promise<{ turnId: string; characterId: string; text: string } | undefined> {
    if (messageId % 2 !== 0) return undefined;
    const [found] = await this.db
      .select({
        turnId: turns.id,
        characterId: conversations.characterId,
        text: turns.assistantText,
      })
      .from(turns)
      .innerJoin(conversations, eq(conversations.id, turns.conversationId))
      .where(
        and(
          eq(turns.position, messageId / 2),
          eq(conversations.workspaceId, workspaceId),
          inArray(conversations.endUserId, ids),
        ),
      );
    return found === undefined || found.text === '' ? undefined : found;
  }

  /** With whom the reader talked last, this character apart. */
  async lastOther(
    { workspaceId, ids }: Reader,
    characterId: string,
  ): Promise<{ characterId: string; conversationId: string; at: Date } | undefined> {
    const [found] = await this.db
      .select({
        characterId: conversations.characterId,
        conversationId: conversations.id,
        at: turns.startedAt,
      })
      .from(turns)
      .innerJoin(conversations, eq(conversations.id, turns.conversationId))
      .where(
        and(
          eq(conversations.workspaceId, workspaceId),
          inArray(conversations.endUserId, ids),
          ne(conversations.characterId, characterId),
        ),
      )
      .orderBy(desc(turns.startedAt), desc(turns.position))
      .limit(1);
    return found;
  }

  /** Which of these turns have not been deleted, for what is kept of them elsewhere; of any workspace. */
  async there(turnIds: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>();
    for (let at = 0; at < turnIds.length; at += mostAtOnce) {
      const some = turnIds.slice(at, at + mostAtOnce);
      const rows = await this.db
        .select({ id: turns.id })
        .from(turns)
        .where(inArray(turns.id, some));
      for (const { id } of rows) found.add(id);
    }
    return found;
  }
}

/** Ids in one statement. */
const mostAtOnce = 1_000;
