import { eq } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { messageRatings, turns } from '../db/schema.ts';
import { PublicError } from '../errors/public-error.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { MessageLog, MessageSide } from './message-log.ts';

/** Unknown, another workspace's, or nothing that can be rated: which of them is nobody's business. */
class MessageNotFound extends PublicError {
  override readonly name = 'MessageNotFound';
  constructor() {
    super(
      404,
      'message_not_found',
      'There is no such message of a character. Send the messageId of an answer.',
    );
  }
}

export type RatingsDeps = { db: Db; log: Pick<MessageLog, 'find'>; clock: Clock };

/** What users think of answers. */
export class Ratings {
  constructor(private readonly deps: RatingsDeps) {}

  /**
   * The newer takes the place of the older, and the same twice is there once.
   * @param rating -1 to 5
   * @throws {MessageNotFound}
   */
  async put(
    workspaceId: string,
    message: { turnId: string; side: MessageSide } | undefined,
    rating: number,
  ): Promise<void> {
    const { db, log, clock } = this.deps;
    const isAnswer = message?.side === 'answer';
    const found = isAnswer ? await log.find(workspaceId, message) : undefined;
    if (!found) throw new MessageNotFound();
    const values = { workspaceId, rating, ratedAt: clock.nowAt() };
    const { turnId } = found;
    await db.transaction(async (tx) => {
      // It may have been deleted, or answered anew, in this very moment.
      const is = eq(turns.id, turnId);
      const [there] = await tx.select({ id: turns.id }).from(turns).where(is).for('key share');
      if (!there) throw new MessageNotFound();
      await tx
        .insert(messageRatings)
        .values({ turnId, ...values })
        .onConflictDoUpdate({ target: messageRatings.turnId, set: values });
    });
  }
}
