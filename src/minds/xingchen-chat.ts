import { randomUUID } from 'node:crypto';
import type { Conversations } from '../chats/conversations.ts';
import type { Turns } from '../chats/turns.ts';
import { PublicError } from '../errors/public-error.ts';
import type { Told } from '../prompt/told.ts';
import type { Character } from '../protocol/character.ts';
import { humanIdentity, type Participant } from '../protocol/participant.ts';
import type { ToolCallRecord, TurnRecord } from '../protocol/turn-record.ts';
import { turnOfMessage } from '../protocol/xingchen/ids.ts';
import type { Speakers } from '../speakers/speakers.ts';
import type { ChatHooks, WatchedTurn } from './chat-hooks.ts';
import type { TextChat } from './text-chat.ts';
import type { TextAnswer, TextRequest, TextTools } from './text-request.ts';

export type XingchenChatDeps = {
  textChat: Pick<TextChat, 'stream' | 'tell'>;
  conversations: Pick<Conversations, 'open'>;
  turns: Pick<Turns, 'history'>;
  speakers: Pick<Speakers, 'ensure'>;
  hooks: ChatHooks;
};

/** What a client asks of a character. */
export type Ask = {
  workspaceId: string;
  /** With what came for this answer alone. */
  character: Character;
  /** What this API alone keeps of it; undefined for a character that is there for this answer only: nothing is kept. */
  xingchen: Record<string, unknown> | undefined;
  plugins: unknown;
  /** By the application's own id; undefined: nothing is kept. */
  user: { id: string; name: string | null } | undefined;
  told: Partial<Told>;
  /** What the application says was said, oldest first; undefined: the server's own history holds. */
  history: TurnRecord[] | undefined;
  /** Null where the last answer is made anew. */
  words: string | null;
  toolNotes: readonly ToolCallRecord[];
  tools: TextTools | undefined;
  /** Set where a question is answered anew: its id, if the client names it. */
  anew: { queryId: string | undefined } | undefined;
  /** The answer from which the client goes on. */
  answerId: string | undefined;
  sampling: NonNullable<TextRequest['sampling']>;
  inspected: boolean;
};

/** An answer on its way. @property conversationId null: nothing is kept */
export type Answering = {
  turnId: string;
  conversationId: string | null;
  words: string;
  pieces: AsyncGenerator<string, TextAnswer>;
};

/** The message is of another conversation, was replaced, or never was. */
class MessageNotFound extends PublicError {
  override readonly name = 'MessageNotFound';
  constructor(field: string) {
    super(
      404,
      'message_not_found',
      `${field} is not of the last exchange of this user and character: only that one can be answered anew, and of several answers to it the newest is kept.`,
    );
  }
}

/** One conversation for each user and character; it is also the one that `/connect` continues. */
export class XingchenChat {
  constructor(private readonly deps: XingchenChatDeps) {}

  /**
   * Begins an answer. Nothing is asked of the model before its first piece is.
   * @throws {MessageNotFound | ConversationRefused} at once; the pieces throw as `TextChat.stream`, and what hooks throw
   */
  async begin(ask: Ask, signal: AbortSignal): Promise<Answering> {
    const { workspaceId, character, words, history } = ask;
    const { conversationId, began, speaker } = await this.#place(ask);
    const last = await this.#last(ask, conversationId);
    const replaced = replacedBy(ask, last);
    const request: TextRequest = {
      ...{ workspaceId, character, conversationId, words },
      ...(began && { conversationBegan: began }),
      ...(speaker && { speaker }),
      // What takes the place of a kept answer waits its turn, whosever history it is made of.
      ...(history && { history, isIndependent: replaced === undefined }),
      ...(replaced && { anew: true }),
      turnId: replaced?.id ?? randomUUID(),
      told: ask.told,
      ...(ask.tools && { tools: ask.tools }),
      ...(ask.toolNotes.length > 0 && { toolNotes: ask.toolNotes }),
      sampling: ask.sampling,
      countTokens: true,
    };
    const turn: WatchedTurn = {
      ...{ workspaceId, character, conversationId },
      xingchen: ask.xingchen ?? {},
      plugins: ask.plugins,
      turnId: request.turnId ?? '',
      speakerId: speaker?.speakerId ?? null,
      words: words ?? replaced?.userText ?? '',
      wordsBefore: history?.flatMap(({ userText }) => userText ?? []) ?? [],
      inspected: ask.inspected,
    };
    const pieces = this.#pieces(request, turn, signal);
    return { turnId: turn.turnId, conversationId, words: turn.words, pieces };
  }

  async *#pieces(
    request: TextRequest,
    given: WatchedTurn,
    signal: AbortSignal,
  ): AsyncGenerator<string, TextAnswer> {
    const { textChat, hooks } = this.deps;
    const character = hooks.persona?.(given) ?? given.character;
    const turn = { ...given, character };
    const instead = await hooks.before?.(turn, signal);
    if (instead !== undefined) {
      const told = await textChat.tell(request, instead);
      yield told.turn.assistantText;
      return told;
    }
    const inspection = hooks.inspection?.(turn, signal);
    const asked: TextRequest = {
      ...{ ...request, character },
      keeping: (tx) => hooks.keeping?.(turn, tx) ?? Promise.resolve(),
      ...(inspection && { inspection }),
    };
    const answer = yield* textChat.stream(asked, signal);
    await hooks.after?.(turn, answer);
    return answer;
  }

  /** Where it is kept, and who writes. */
  async #place({
    workspaceId,
    character,
    xingchen,
    user,
  }: Ask): Promise<{ conversationId: string | null; began?: Date; speaker?: Participant }> {
    if (!user) return { conversationId: null };
    const { id, name } = await this.deps.speakers.ensure(workspaceId, {
      deviceId: user.id,
      name: user.name,
    });
    const speaker = { identity: humanIdentity(id), speakerId: id, speakerName: name };
    if (!xingchen) return { conversationId: null, speaker };
    const { id: conversationId, createdAt: began } = await this.deps.conversations.open({
      workspaceId,
      characterId: character.id,
      endUserId: id,
      characterSessionId: sessionName(id),
    });
    return { conversationId, began, speaker };
  }

  /** The last turn, where it matters. */
  async #last(
    { workspaceId, anew, answerId, history }: Ask,
    conversationId: string | null,
  ): Promise<TurnRecord | undefined> {
    if (conversationId === null || !(anew || (answerId !== undefined && !history)))
      return undefined;
    return (await this.deps.turns.history({ workspaceId, conversationId }, 1))[0];
  }
}

/**
 * The turn in whose place the answer comes. With a history of its own the application may answer anew what was never
 * kept here.
 * @throws {MessageNotFound}
 */
function replacedBy(ask: Ask, last: TurnRecord | undefined): TurnRecord | undefined {
  const { anew, answerId, history, words } = ask;
  const isLast = (id: string) => last !== undefined && turnOfMessage(id)?.turnId === last.id;
  if (!history && answerId !== undefined && !isLast(answerId))
    throw new MessageNotFound('context.answerId');
  if (!anew) return undefined;
  if (history) return last?.userText === words ? last : undefined;
  if (anew.queryId === undefined || !isLast(anew.queryId))
    throw new MessageNotFound('context.queryId');
  return last;
}

/** A name of the conversation that `/connect` takes, too. */
export const sessionName = (speakerId: string) => `xingchen:${speakerId}`;
