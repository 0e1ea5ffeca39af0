import { and, eq, gte, inArray, isNull, lte, or, sql, type SQL } from 'drizzle-orm';
import * as z from 'zod';
import type { Db } from '../db/db.ts';
import { rowsOf } from '../db/rows.ts';
import {
  characters,
  conversations,
  messageRatings,
  participants,
  speakers,
  turns,
} from '../db/schema.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';

/** Which messages of a workspace; what is not given is not asked for. */
export type MessageFilter = {
  characterId?: string | undefined;
  /** All ids that one user is known by in the workspace: what they said, and what was said to them. */
  userIds?: readonly string[] | undefined;
  conversationId?: string | undefined;
  /** Both ends belong to it. */
  from?: Date | undefined;
  to?: Date | undefined;
  /** Sides of turns. */
  messages?: readonly { turnId: string; side: MessageSide }[] | undefined;
};

export type MessageSide = 'question' | 'answer';

/** One side of a turn, as it is looked up. */
export type LoggedMessage = {
  side: MessageSide;
  content: string;
  turnId: string;
  conversationId: string;
  origin: TurnRecord['origin'];
  character: { id: string; name: string };
  /**
   * Who wrote, or is written to; nulls where that is not known. `givenId` is the client's own id of them, `id` ours
   * where there is one.
   */
  user: { id: string | null; givenId: string | null; name: string | null };
  /** Of an answer. */
  rating: number | null;
  at: Date;
};

export type MessagePage = { messages: LoggedMessage[]; total: number };

const Row = z.object({
  is_answer: z.boolean(),
  content: z.string(),
  turn_id: z.string(),
  conversation_id: z.string(),
  origin: z.enum(['speech', 'text', 'greeting', 'trigger', 'resumption']),
  character_id: z.string(),
  character_name: z.string(),
  user_id: z.string().nullable(),
  given_id: z.string().nullable(),
  user_name: z.string().nullable(),
  rating: z.number().nullable(),
  at_ms: z.coerce.number(),
});

/** Somebody without a name in a room with others: one of those, but nobody knows which. */
const isUnnamedGuest = sql`(${turns.participantId} is not null and exists (select 1 from ${participants}
  where ${participants.sessionId} = ${turns.sessionId} and ${participants.identity} <> ${turns.participantId}))`;
/** Whose turn it is. A room may be shared: what others say in it is not the end user's whose conversation it is. */
const userId = sql`coalesce(${turns.speakerId},
  case when not ${isUnnamedGuest} then ${conversations.endUserId} end)`;
const uuid = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';

/** What was said in a workspace, in writing and by voice, message by message over all conversations. */
export class MessageLog {
  constructor(private readonly db: Db) {}

  /** @param page `offset` messages are passed over */
  async page(
    workspaceId: string,
    filter: MessageFilter,
    { limit, offset, newestFirst }: { limit: number; offset: number; newestFirst: boolean },
  ): Promise<MessagePage> {
    const said = sql`from ${turns}
      join ${conversations} on ${conversations.id} = ${turns.conversationId}
      join ${characters} on ${characters.id} = ${conversations.characterId}
      cross join lateral (values (false, ${turns.userText}), (true, nullif(${turns.assistantText}, '')))
        as said (is_answer, content)
      where said.content is not null and ${whereOf(workspaceId, filter)}`;
    const way = newestFirst ? sql`desc` : sql`asc`;
    const found = await this.db.execute(sql`select said.is_answer, said.content,
        ${turns.id} as turn_id, ${turns.conversationId} as conversation_id, ${turns.origin} as origin,
        ${characters.id} as character_id, ${characters.name} as character_name,
        ${userId} as user_id, ${turns.speakerName} as user_name, coalesce((select ${speakers.deviceId}
          from ${speakers} where ${speakers.workspaceId} = ${conversations.workspaceId}
          and ${speakers.id} = case when ${userId} ~* ${uuid} then ${userId}::uuid end), ${userId}) as given_id,
        (select ${messageRatings.rating} from ${messageRatings}
          where said.is_answer and ${messageRatings.turnId} = ${turns.id}) as rating,
        (extract(epoch from ${turns.startedAt}) * 1000)::float8 as at_ms
      ${said}
      order by ${turns.startedAt} ${way}, ${turns.position} ${way}, said.is_answer ${way}
      limit ${limit} offset ${offset}`);
    const counted = await this.db.execute(sql`select count(*)::int as total ${said}`);
    const [count] = rowsOf(z.object({ total: z.int() }), counted);
    return { messages: rowsOf(Row, found).map(asMessage), total: count?.total ?? 0 };
  }

  /**
   * The turn that a message belongs to, whoever said it.
   * @param userIds all ids that its user is known by; undefined: whoever it is
   * @returns undefined when the workspace has no such message
   */
  async find(
    workspaceId: string,
    message: { turnId: string; side: MessageSide },
    userIds?: readonly string[],
  ): Promise<LoggedMessage | undefined> {
    const filter = { messages: [message], ...(userIds && { userIds }) };
    const { messages } = await this.page(workspaceId, filter, {
      ...{ limit: 1, offset: 0, newestFirst: true },
    });
    return messages[0];
  }
}

/** Workspace first: nothing below can widen it. */
function whereOf(workspaceId: string, filter: MessageFilter): SQL {
  const { characterId, userIds, conversationId, from, to, messages } = filter;
  const sides = (side: MessageSide, isAnswer: SQL): SQL | undefined => {
    const ids = messages?.flatMap((one) => (one.side === side ? [one.turnId] : [])) ?? [];
    return ids.length === 0 ? undefined : and(isAnswer, inArray(turns.id, ids));
  };
  const all = and(
    eq(conversations.workspaceId, workspaceId),
    characterId === undefined ? undefined : eq(conversations.characterId, characterId),
    userIds &&
      anyOf([...userIds], (ids) => {
        // Written out for the sake of the indexes; together they say that `userId` is one of these.
        const isTheirs = and(
          inArray(conversations.endUserId, ids),
          isNull(turns.speakerId),
          sql`not ${isUnnamedGuest}`,
        );
        return or(inArray(turns.speakerId, ids), isTheirs);
      }),
    conversationId === undefined ? undefined : eq(conversations.id, conversationId),
    from && gte(turns.startedAt, from),
    to && lte(turns.startedAt, to),
    messages &&
      (or(sides('question', sql`not said.is_answer`), sides('answer', sql`said.is_answer`)) ??
        sql`false`),
  );
  return all ?? sql`false`;
}

const anyOf = (ids: string[], where: (ids: string[]) => SQL | undefined) =>
  ids.length === 0 ? sql`false` : where(ids);

function asMessage(row: z.infer<typeof Row>): LoggedMessage {
  return {
    side: row.is_answer ? 'answer' : 'question',
    content: row.content,
    turnId: row.turn_id,
    conversationId: row.conversation_id,
    origin: row.origin,
    character: { id: row.character_id, name: row.character_name },
    user: { id: row.user_id, givenId: row.given_id, name: row.user_name },
    rating: row.rating,
    at: new Date(row.at_ms),
  };
}
