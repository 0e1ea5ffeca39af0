import type { ChatHistory } from '../chats/chat-history.ts';
import { conversationId } from '../chats/conversation-id.ts';
import type { Conversations } from '../chats/conversations.ts';
import { answerId, type Message, type Messages } from '../chats/messages.ts';
import { AlreadyAnswered, type StoredAnswer, type WrittenTurns } from '../chats/written-turns.ts';
import type { Clock } from '../lifetime/clock.ts';
import { SharedCalls } from '../lifetime/shared-calls.ts';
import type { Character } from '../protocol/character.ts';
import { humanIdentity, type Participant } from '../protocol/participant.ts';
import type { User } from '../users/users.ts';
import type { TextChat } from './text-chat.ts';
import type { TextAnswer, TextRequest } from './text-request.ts';

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

/** What is asked for under a client's key. @property digest what it is: nothing else goes under the same key */
type Repeatable = { key: string | undefined; digest: string; signal: AbortSignal };

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

  /**
   * Makes sure that there is a conversation and that it is this user's, before anybody else is told its id.
   * @returns the `character_session_id` under which it goes on by voice
   */
  async open({ id: endUserId, workspaceId }: User, character: Character): Promise<string> {
    const of = { workspaceId, characterId: character.id, endUserId };
    const characterSessionId = sessionName(endUserId);
    const { id } = await this.deps.conversations.open({
      ...of,
      characterSessionId,
      isVisit: true,
    });
    return id;
  }

  /**
   * Answers a user. The same words under the same key get the same answer, for a day, and while it is on its way.
   * @throws as `TextChat.stream`, and {RequestKeyReused}
   */
  say(
    user: User,
    character: Character,
    words: string,
    key: string | undefined,
    signal: AbortSignal,
  ): Promise<AppAnswer> {
    return this.#once(user, character, { key, digest: words, signal }, (request, ending) =>
      this.deps.textChat.answer({ ...request, words }, ending),
    );
  }

  /**
   * The character says what it finds out: an answer like any other, for repeated requests and one at a time.
   * @param find what it says, to the letter. @throws as `say`, and what `find` throws
   */
  tell(
    user: User,
    character: Character,
    skill: { name: string; find: (signal: AbortSignal) => Promise<string> },
    key: string | undefined,
    signal: AbortSignal,
  ): Promise<AppAnswer> {
    // No words that anybody can send begin like this.
    const digest = `\0skill:${skill.name}`;
    return this.#once(user, character, { key, digest, signal }, (request, ending) =>
      this.deps.textChat.tell(request, async () => {
        const words = await skill.find(ending);
        ending.throwIfAborted();
        return words;
      }),
    );
  }

  /** What was said, in writing and by voice, oldest first. */
  history(user: User, character: Character): Promise<Message[]> {
    const { workspaceId } = user;
    return this.deps.messages.list(
      { workspaceId, conversationId: idOf(user, character) },
      mostTurns,
    );
  }

  /** Forgets what was said. The conversation begins anew at once, still this user's: an app may know its id. */
  async clear(user: User, character: Character): Promise<void> {
    const { workspaceId } = user;
    const of = { workspaceId, characterId: character.id };
    await this.deps.history.delete(of, [idOf(user, character)]);
    await this.open(user, character);
  }

  async #once(
    user: User,
    character: Character,
    { key, digest, signal }: Repeatable,
    answer: (request: TextRequest, signal: AbortSignal) => Promise<TextAnswer>,
  ): Promise<AppAnswer> {
    if (key === undefined) return shown(await answer(await this.#request(user, character), signal));
    const of = { workspaceId: user.workspaceId, conversationId: idOf(user, character) };
    const since = new Date(this.deps.clock.nowAt().getTime() - repeatableMs);
    const named = { key, digest, since };
    await this.#forgetSometimes(since);
    const once = async (ending: AbortSignal): Promise<AppAnswer> => {
      const known = await this.deps.written.answered(of, named);
      if (known) return shownAgain(known);
      const request = { ...(await this.#request(user, character)), key: named };
      try {
        return shown(await answer(request, ending));
      } catch (cause) {
        if (cause instanceof AlreadyAnswered) return shownAgain(cause.answer);
        throw cause;
      }
    };
    return this.#running.call(JSON.stringify([of.conversationId, key, digest]), once, signal);
  }

  async #request(user: User, character: Character): Promise<TextRequest> {
    const { workspaceId, id: endUserId } = user;
    const { id, createdAt } = await this.deps.conversations.open({
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
    const at = { conversationId: id, conversationBegan: createdAt };
    return { workspaceId, character, ...at, speaker, words: null };
  }

  async #forgetSometimes(before: Date): Promise<void> {
    const nowMs = this.deps.clock.nowMs();
    if (nowMs < this.#forgetMs) return;
    this.#forgetMs = nowMs + forgetEveryMs;
    await this.deps.written.forget(before);
  }
}

const shown = ({ turn, position }: TextAnswer): AppAnswer => ({
  id: answerId(position ?? 0),
  content: turn.assistantText,
});
const shownAgain = ({ position, assistantText }: StoredAnswer): AppAnswer => ({
  id: answerId(position),
  content: assistantText,
});

/** A name of the conversation that `/connect` takes, too. */
const sessionName = (userId: string) => `ai-chat:${userId}`;

const idOf = ({ id, workspaceId }: User, character: Character) =>
  conversationId(workspaceId, character.id, sessionName(id));
