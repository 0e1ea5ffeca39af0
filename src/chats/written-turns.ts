import { createHash } from 'node:crypto';
import { and, eq, gt, lte } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { answeredRequests, conversations, turns } from '../db/schema.ts';
import { PublicError } from '../errors/public-error.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';

/** The conversation was deleted while somebody was answering in it, or was never this workspace's. */
export class ConversationGone extends PublicError {
  override readonly name = 'ConversationGone';
  constructor() {
    super(409, 'conversation_gone', 'The conversation was deleted. Begin a new one.');
  }
}

/** A client may send the same again under its key, but nothing else. */
export class RequestKeyReused extends PublicError {
  override readonly name = 'RequestKeyReused';
  constructor() {
    super(422, 'idempotency_key_reused', 'This Idempotency-Key was used for another request.');
  }
}

/**
 * How a client names a request that it may have to repeat.
 * @property digest the request itself
 * @property since older answers under the key do not count any more
 */
export type RequestKey = { key: string; digest: string; since: Date };
export type StoredAnswer = { position: number; assistantText: string };

/** Another process has answered the same request meanwhile: its answer counts, and this one was not kept. */
export class AlreadyAnswered extends Error {
  override readonly name = 'AlreadyAnswered';
  constructor(readonly answer: StoredAnswer) {
    super('the request has its answer');
  }
}

/**
 * @property began when the conversation did, where that is known: one that was deleted and begun anew under the same id
 * is another
 */
export type WrittenIn = { workspaceId: string; conversationId: string; began?: Date | undefined };

/**
 * @property replaces the id of a turn of the same conversation that goes in the same moment
 * @property request under which the answer is found again, by `answered`
 * @property before what is stored with the turn and belongs to the conversation; first, because whoever works on
 *   conversations in the background locks in this order
 * @property after what is stored with the turn and belongs to it
 */
type Keeping = {
  replaces?: string | undefined;
  request?: RequestKey | undefined;
  before?: (tx: Db) => Promise<void> | undefined;
  after?: (tx: Db) => Promise<void> | undefined;
};

/** Turns of conversations in writing: no voice session had them, and they are stored once they are whole. */
export class WrittenTurns {
  constructor(private readonly db: Db) {}

  /**
   * The turn that answered a request which now comes again.
   * @returns undefined when there is none. @throws {RequestKeyReused}
   */
  async answered(
    of: WrittenIn,
    { key, digest, since }: RequestKey,
  ): Promise<StoredAnswer | undefined> {
    const [found] = await this.db
      .select({
        position: turns.position,
        assistantText: turns.assistantText,
        digest: answeredRequests.digest,
      })
      .from(answeredRequests)
      .innerJoin(turns, eq(turns.id, answeredRequests.turnId))
      .innerJoin(conversations, eq(conversations.id, answeredRequests.conversationId))
      .where(
        and(
          eq(answeredRequests.conversationId, of.conversationId),
          eq(conversations.workspaceId, of.workspaceId),
          eq(answeredRequests.keyHash, hashed(key)),
          gt(answeredRequests.answeredAt, since),
        ),
      );
    if (!found) return undefined;
    if (found.digest !== hashed(digest)) throw new RequestKeyReused();
    return { position: found.position, assistantText: found.assistantText };
  }

  /** Forgets requests that were answered before. */
  async forget(before: Date): Promise<void> {
    await this.db.delete(answeredRequests).where(lte(answeredRequests.answeredAt, before));
  }

  /**
   * Stores a finished turn behind all others of its conversation, in one transaction with what goes with it.
   * @returns its `position`: grows, with gaps, and is never given to another turn
   * @throws {ConversationGone | AlreadyAnswered | RequestKeyReused} and what `before` and `after` throw, with nothing kept
   */
  async keep(
    of: WrittenIn,
    turn: TurnRecord,
    { replaces, request, before, after }: Keeping = {},
  ): Promise<number> {
    const { conversationId, workspaceId, began } = of;
    return this.db.transaction(async (tx) => {
      const [known] = await tx
        .update(conversations)
        .set({ updatedAt: new Date(turn.startedAt) })
        .where(
          and(eq(conversations.id, conversationId), eq(conversations.workspaceId, workspaceId)),
        )
        .returning({ createdAt: conversations.createdAt });
      if (!known || (began && known.createdAt.getTime() !== began.getTime()))
        throw new ConversationGone();
      await before?.(tx);
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
      await after?.(tx);
      if (request) await new WrittenTurns(tx).#keepKey(of, request, turn);
      return kept.position;
    });
  }

  /** @throws {AlreadyAnswered | RequestKeyReused} when the key has an answer by now that still counts */
  async #keepKey(of: WrittenIn, request: RequestKey, turn: TurnRecord): Promise<void> {
    const answer = {
      digest: hashed(request.digest),
      turnId: turn.id,
      answeredAt: new Date(turn.startedAt),
    };
    const [kept] = await this.db
      .insert(answeredRequests)
      .values({ keyHash: hashed(request.key), conversationId: of.conversationId, ...answer })
      .onConflictDoUpdate({
        target: [answeredRequests.conversationId, answeredRequests.keyHash],
        set: answer,
        setWhere: lte(answeredRequests.answeredAt, request.since),
      })
      .returning({ turnId: answeredRequests.turnId });
    if (kept) return;
    const first = await this.answered(of, request);
    if (!first) throw new Error('a repeated request has no answer');
    throw new AlreadyAnswered(first);
  }
}

const hashed = (text: string) => createHash('sha256').update(text).digest('hex');
