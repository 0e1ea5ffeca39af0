import type { Conversations } from '../chats/conversations.ts';
import type { Turns } from '../chats/turns.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Character } from '../protocol/character.ts';
import { humanIdentity, type Participant } from '../protocol/participant.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import type { Moderation } from '../providers/moderation/moderation.ts';
import type { Speakers } from '../speakers/speakers.ts';
import { AnswerFailed, NoAnswer } from './answer-failed.ts';
import { inspectAnswer } from './inspection.ts';
import { recollect, type RecollectingDeps } from './recollecting.ts';
import type { TextChat } from './text-chat.ts';
import type { CountedWords, TextAnswer, TextRequest } from './text-request.ts';
import { sessionName } from './xingchen-chat.ts';

export type RemindersDeps = {
  textChat: Pick<TextChat, 'answer' | 'tell'>;
  conversations: Pick<Conversations, 'open'>;
  speakers: Pick<Speakers, 'ensure'>;
  turns: Pick<Turns, 'history'>;
  recollecting: RecollectingDeps;
  /** Absent: there is nothing to inspect with. */
  moderation?: Moderation | undefined;
  clock: Clock;
};

/**
 * The caller has looked the character up.
 * @property userId the application's own
 * @property inspected whether what is written is to be inspected
 */
export type ReminderOf = {
  workspaceId: string;
  character: Character;
  userId: string;
  inspected?: boolean;
};
type Place = Pick<ReminderOf, 'workspaceId' | 'character'> & {
  conversationId: string;
  conversationBegan: Date;
  speaker: Participant;
};

/** More than a prompt has room for. */
const mostTurns = 200;
const dayMs = 24 * 3_600_000;
const plain = {
  zh: '好久没有你的消息了，最近还好吗？',
  en: 'I have not heard from you for a while. How are you?',
} as const;

/** Characters that write first to users they have not heard from. */
export class Reminders {
  constructor(private readonly deps: RemindersDeps) {}

  /**
   * @param content what it writes, word for word; undefined: it finds words of its own, from what it remembers of the
   *   user and what was said, and where the model does not, it says its greeting or asks how they are
   * @returns the turn as it was kept
   * @throws {AnswerRunning | ConversationRefused | ConversationGone | OutputBlocked | InspectionFailed}
   */
  async write(
    of: ReminderOf,
    content: string | undefined,
    signal: AbortSignal,
  ): Promise<TextAnswer> {
    const { workspaceId, character, userId, inspected } = of;
    const { conversations, speakers, textChat, moderation } = this.deps;
    const { id, name } = await speakers.ensure(workspaceId, { deviceId: userId, name: null });
    const speaker = { identity: humanIdentity(id), speakerId: id, speakerName: name };
    const { id: conversationId, createdAt: conversationBegan } = await conversations.open({
      ...{ workspaceId, characterId: character.id, endUserId: id },
      characterSessionId: sessionName(id),
    });
    const place = { workspaceId, character, conversationId, conversationBegan, speaker };
    // The conversation is taken first: what is written follows on what stands there.
    return textChat.tell({ ...place, words: null }, async () => {
      const words = content === undefined ? await this.#ownWords(place, signal) : { text: content };
      if (inspected && moderation) await inspectAnswer(words.text, moderation, signal);
      signal.throwIfAborted();
      return words;
    });
  }

  async #ownWords(of: Place, signal: AbortSignal): Promise<CountedWords> {
    const { character, workspaceId, conversationId } = of;
    const history = await this.deps.turns.history({ workspaceId, conversationId }, mostTurns);
    const last = history.at(-1);
    const text = this.#occasion(last?.startedAt);
    const drafting: TextRequest = {
      ...{ ...of, countTokens: true },
      ...{ words: null, occasion: { text, mayAbstain: false }, history },
      told: { updates: await this.#remembered(of) },
      // A draft: what becomes of it is kept as what it is.
      conversationId: null,
    };
    const draft = await this.deps.textChat.answer(drafting, signal).catch((failure: unknown) => {
      signal.throwIfAborted();
      if (failure instanceof AnswerFailed || failure instanceof NoAnswer) return undefined;
      throw failure;
    });
    const written = draft?.turn.assistantText ?? '';
    const isFit = written !== '' && !text.startsWith(written.replace(/[.…]+$/u, ''));
    const usage = draft?.turn.usage;
    return { text: isFit ? written : wordsWithout(character, last), ...(usage && { usage }) };
  }

  async #remembered({ workspaceId, character, conversationId, speaker }: Place) {
    const ids = speaker.speakerId === null ? [] : [speaker.speakerId];
    const of = { workspaceId, conversationId, character };
    const { people, summary } = await recollect(of, ids, this.deps.recollecting);
    const facts = people.flatMap((person) => person.facts);
    return [
      ...(facts.length > 0 ? [`What you remember of the user: ${facts.join(' ')}`] : []),
      ...(summary ? [`What was said earlier: ${summary.text}`] : []),
    ];
  }

  #occasion(lastAt: string | undefined): string {
    if (lastAt === undefined)
      return 'The user has come and has not said a word yet: write to them first, one or two sentences in your own manner and language that make them want to answer.';
    const days = Math.floor((this.deps.clock.nowAt().getTime() - Date.parse(lastAt)) / dayMs);
    const since = days < 1 ? 'for some hours' : days === 1 ? 'for a day' : `for ${days} days`;
    return `The user has not written ${since}: write to them first, one or two sentences in your own manner and language, taking up something that you remember of them or that you talked about, so that they want to answer.`;
  }
}

/** Where the model finds none that can be written. @param last turn of the conversation */
function wordsWithout(character: Character, last: TurnRecord | undefined): string {
  if (last === undefined && character.greeting !== '') return character.greeting;
  return /^zh\b/i.test(character.language) ? plain.zh : plain.en;
}
