import type { ChatHistory } from '../chats/chat-history.ts';
import { conversationId } from '../chats/conversation-id.ts';
import type { Conversations } from '../chats/conversations.ts';
import { answerId, type Message, type Messages } from '../chats/messages.ts';
import type { RequestKey, WrittenTurns } from '../chats/written-turns.ts';
import type { Clock } from '../lifetime/clock.ts';
import { SharedCalls } from '../lifetime/shared-calls.ts';
import type { Character } from '../protocol/character.ts';
import { humanIdentity, type Participant } from '../protocol/participant.ts';
import type { User } from '../users/users.ts';
import { AnswerFailed, NoAnswer } from './answer-failed.ts';
import type { TextChat } from './text-chat.ts';
import type { TextRequest } from './text-request.ts';

export type AppChatDeps = {
  textChat: TextChat;
  conversations: Pick<Conversations, 'open'>;
  history: Pick<ChatHistory, 'delete'>;
  messages: Messages;
  written: Pick<WrittenTurns, 'answered' | 'forget'>;
  clock: Clock;
};

/** @property id of the message, as the history has it */
export type AppAnswer = { id: number; content: string };

/** How long a repeated request gets the first answer. */
const repeatableMs = 24 * 3_600_000;
/** Old requests are cleared away this often at most. */
const forgetEveryMs = 3_600_000;
/** What a history shows: 500 exchanges. */
const mostTurns = 500;

/** Apps whose users have one conversation with each character. */
export class AppChat {
  readonly #running = new SharedCalls<AppAnswer>();
  #forgetMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly deps: AppChatDeps) {}

  /** The `character_session_id` under which this goes on by voice. */
  conversationOf({ id, workspaceId }: User, character: Character): string {
    return conversationId(workspaceId, character.id, sessionName(id));
  }

  /**
   * Answers a user. The same words under the same key get the same answer, for a day, and while it is on its way.
   * @throws as `TextChat.stream`, and {RequestKeyReused}
   */
  async say(
    user: User,
    character: Character,
    words: string,
    key: string | undefined,
    signal: AbortSignal,
  ): Promise<AppAnswer> {
    if (key === undefined) return this.#answer(user, character, words, undefined, signal);
    const request: RequestKey = { key, digest: words };
    const of = {
      workspaceId: user.workspaceId,
      conversationId: this.conversationOf(user, character),
    };
    const since = new Date(this.deps.clock.nowAt().getTime() - repeatableMs);
    await this.#forgetSometimes(since);
    const once = async (ending: AbortSignal): Promise<AppAnswer> => {
      const known = await this.deps.written.answered(of, request, since);
      return known
        ? { id: answerId(known.position), content: known.assistantText }
        : this.#answer(user, character, words, request, ending);
    };
    return this.#running.call(JSON.stringify([of.conversationId, request]), once, signal);
  }

  /**
   * The character tells what it has found out, in its own manner where the model does, else in the plain words.
   * @param isTold whether a text does tell it
   */
  async tell(
    user: User,
    character: Character,
    { facts, plain, isTold }: { facts: string; plain: string; isTold: (text: string) => boolean },
    signal: AbortSignal,
  ): Promise<AppAnswer> {
    const { textChat } = this.deps;
    const request = await this.#request(user, character);
    const occasion = { text: facts, mayAbstain: false };
    const drafting: TextRequest = { ...request, conversationId: null, words: null, occasion };
    const draft = await textChat.answer(drafting, signal).catch((failure: unknown) => {
      signal.throwIfAborted();
      if (failure instanceof AnswerFailed || failure instanceof NoAnswer) return undefined;
      throw failure;
    });
    const text = draft?.turn.assistantText;
    const words = text !== undefined && isTold(text) ? text : plain;
    const { position } = await textChat.tell(request, words);
    return { id: answerId(position ?? 0), content: words };
  }

  /** What was said, in writing and by voice, oldest first. */
  history(user: User, character: Character): Promise<Message[]> {
    const { workspaceId } = user;
    const of = { workspaceId, conversationId: this.conversationOf(user, character) };
    return this.deps.messages.list(of, mostTurns);
  }

  /** Forgets what was said. @returns the ids of the turns that are gone */
  async clear(user: User, character: Character): Promise<string[]> {
    const { workspaceId } = user;
    const id = this.conversationOf(user, character);
    const turnIds = await this.deps.messages.turnIds({ workspaceId, conversationId: id });
    await this.deps.history.delete({ workspaceId, characterId: character.id }, [id]);
    return turnIds;
  }

  async #answer(
    user: User,
    character: Character,
    words: string,
    key: RequestKey | undefined,
    signal: AbortSignal,
  ): Promise<AppAnswer> {
    const request = { ...(await this.#request(user, character)), words, ...(key && { key }) };
    const { turn, position } = await this.deps.textChat.answer(request, signal);
    return { id: answerId(position ?? 0), content: turn.assistantText };
  }

  async #request(user: User, character: Character): Promise<TextRequest> {
    const { workspaceId, id: endUserId } = user;
    const { id } = await this.deps.conversations.open({
      workspaceId,
      characterId: character.id,
      endUserId,
      characterSessionId: sessionName(endUserId),
    });
    const speaker: Participant = {
      identity: humanIdentity(endUserId),
      speakerId: endUserId,
      speakerName: user.name,
    };
    return { workspaceId, character, conversationId: id, speaker, words: null };
  }

  async #forgetSometimes(before: Date): Promise<void> {
    const nowMs = this.deps.clock.nowMs();
    if (nowMs < this.#forgetMs) return;
    this.#forgetMs = nowMs + forgetEveryMs;
    await this.deps.written.forget(before);
  }
}

/** A name of the conversation that `/connect` takes, too. */
const sessionName = (userId: string) => `ai-chat:${userId}`;
