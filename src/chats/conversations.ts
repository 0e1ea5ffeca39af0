import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { conversations } from '../db/schema.ts';
import { PublicError } from '../errors/public-error.ts';
import { conversationId } from './conversation-id.ts';

/** The id belongs to another workspace or another character; which of them is nobody's business. */
export class ConversationRefused extends PublicError {
  override readonly name = 'ConversationRefused';
  constructor() {
    super(
      404,
      'character_session_not_found',
      "Character session not found or doesn't belong to this character",
    );
  }
}

export type OpenConversation = {
  workspaceId: string;
  /** A character of this workspace: the caller has looked it up. */
  characterId: string;
  endUserId: string | null;
  /** From the client, of any form; undefined or null begins a new conversation. */
  characterSessionId?: string | null | undefined;
  /** Nothing is said yet: one that is there is not marked as used. */
  isVisit?: boolean;
};

/** @property isNew whether it begins now */
export type OpenedConversation = { id: string; isNew: boolean; createdAt: Date };

const opened = { id: conversations.id, createdAt: conversations.createdAt };

/** Conversations outlive voice sessions; their id is the `character_session_id` of the wire. */
export class Conversations {
  constructor(private readonly db: Db) {}

  /**
   * Begins a conversation, or continues the one the client names. An id that nobody has begins a conversation under
   * that very id: clients keep the id and send it again, and after the loss of a database they would otherwise be
   * locked out with it for ever. The first end user of a conversation stays its end user.
   * @throws {ConversationRefused}
   */
  async open(request: OpenConversation): Promise<OpenedConversation> {
    const { workspaceId, characterId, endUserId, characterSessionId: given } = request;
    if (given === undefined || given === null) {
      const [made] = await this.db
        .insert(conversations)
        .values({ workspaceId, characterId, endUserId })
        .returning(opened);
      if (!made) throw new Error('a conversation was not stored');
      return { ...made, isNew: true };
    }
    const id = conversationId(workspaceId, characterId, given);
    const [made] = await this.db
      .insert(conversations)
      .values({ id, workspaceId, characterId, endUserId })
      .onConflictDoNothing()
      .returning(opened);
    if (made) return { ...made, isNew: true };
    const [continued] = await this.db
      .update(conversations)
      .set({
        ...(!request.isVisit && { updatedAt: new Date() }),
        endUserId: sql`coalesce(${conversations.endUserId}, ${endUserId})`,
      })
      .where(
        and(
          eq(conversations.id, id),
          eq(conversations.workspaceId, workspaceId),
          eq(conversations.characterId, characterId),
        ),
      )
      .returning(opened);
    if (!continued) throw new ConversationRefused();
    return { ...continued, isNew: false };
  }
}
