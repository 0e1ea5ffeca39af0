import { and, eq } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { conversations, turns } from '../db/schema.ts';
import { PublicError } from '../errors/public-error.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';

/** The conversation was deleted while somebody was answering in it, or was never this workspace's. */
export class ConversationGone extends PublicError {
  override readonly name = 'ConversationGone';
  constructor() {
    super(409, 'conversation_gone', 'The conversation was deleted. Begin a new one.');
  }
}

/** Turns of conversations in writing: no voice session had them, and they are stored once they are whole. */
export class WrittenTurns {
  constructor(private readonly db: Db) {}

  /**
   * Stores a finished turn behind all others of its conversation.
   * @param replaces the id of a turn of the same conversation that goes in the same moment
   * @returns its `position`: grows, with gaps, and is never given to another turn
   * @throws {ConversationGone}
   */
  async keep(
    of: { workspaceId: string; conversationId: string },
    turn: TurnRecord,
    replaces?: string,
  ): Promise<number> {
    const { conversationId, workspaceId } = of;
    return this.db.transaction(async (tx) => {
      const [known] = await tx
        .update(conversations)
        .set({ updatedAt: new Date(turn.startedAt) })
        .where(
          and(eq(conversations.id, conversationId), eq(conversations.workspaceId, workspaceId)),
        )
        .returning({ id: conversations.id });
      if (!known) throw new ConversationGone();
      if (replaces !== undefined) {
        const old = and(eq(turns.id, replaces), eq(turns.conversationId, conversationId));
        await tx.delete(turns).where(old);
      }
      const [kept] = await tx
        .insert(turns)
        .values({
          id: turn.id,
          conversationId,
          origin: turn.origin,
          userText: turn.userText,
          participantId: turn.speaker?.identity,
          speakerId: turn.speaker?.speakerId,
          speakerName: turn.speaker?.speakerName,
          assistantText: turn.assistantText,
          status: turn.status,
          stages: turn.stages,
          material: turn.material,
          usage: turn.usage,
          startedAt: new Date(turn.startedAt),
        })
        .returning({ position: turns.position });
      if (!kept) throw new Error('a turn was not stored');
      return kept.position;
    });
  }
}
