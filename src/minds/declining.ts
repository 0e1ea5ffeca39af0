import * as z from 'zod';
import { rejectRules } from '../prompt/reject-rules.ts';
import type { Character } from '../protocol/character.ts';
import {
  PlatformPlugins,
  rejectConditionsOf,
  type RejectCondition,
} from '../protocol/xingchen/configured.ts';
import { keywordIn } from '../script/keywords.ts';
import { AnswerFailed, NoAnswer } from './answer-failed.ts';
import type { TextChat } from './text-chat.ts';
import type { CountedWords } from './text-request.ts';

type Configured = { character: Character; xingchen: Readonly<Record<string, unknown>> };

/** The rules of a character's own reject plugins and of those that come with one chat, where it obeys them. */
export function withRejectRules(character: Character, plugins: unknown): Character {
  const rules = rejectRules(rejectConditionsOf(PlatformPlugins.parse(plugins)));
  if (rules === '') return character;
  const boundaries = [character.boundaries, rules].filter((part) => part !== '').join('\n');
  return { ...character, boundaries };
}

/** A character with the rules that are configured for it, for those who let it speak. */
export function withOwnRules({ character, xingchen }: Configured): Character {
  const { advancedConfig } = xingchen;
  const own = z.looseObject({ platformPlugins: z.unknown() }).safeParse(advancedConfig);
  return own.success ? withRejectRules(character, own.data.platformPlugins) : character;
}

/** Words that `reject_rule`s name. */
function rejectedKeywords(conditions: readonly RejectCondition[]): string[] {
  return conditions.flatMap(({ conditionType, keywords }) =>
    conditionType === 'reject_rule' ? keywords : [],
  );
}

const brought =
  'The user has just brought up something that you do not talk about: decline it in one or two sentences, in your own manner and in the language of the conversation, without naming or explaining it, and turn to something else.';
const plain = {
  zh: '这个话题我不便多谈，我们聊点别的吧。',
  en: 'I would rather not talk about that. Let us talk about something else.',
} as const;

/**
 * What a character says instead of an answer to words that a reject rule names. The model never sees those words, so no
 * trick in them has an effect; where it does not decline well, plain words do.
 * @returns undefined when no rule names them; the usage is the model's, whether or not its words are taken
 */
export async function declined(
  words: string,
  of: { workspaceId: string; character: Character; plugins: unknown },
  textChat: Pick<TextChat, 'answer'>,
  signal: AbortSignal,
): Promise<CountedWords | undefined> {
  const { workspaceId, character, plugins } = of;
  const keywords = rejectedKeywords(rejectConditionsOf(PlatformPlugins.parse(plugins)));
  if (keywordIn(words, keywords) === undefined) return undefined;
  const occasion = { text: brought, mayAbstain: false };
  const request = {
    ...{ workspaceId, character, conversationId: null, words: null, occasion },
    countTokens: true,
  };
  const draft = await textChat.answer(request, signal).catch((failure: unknown) => {
    signal.throwIfAborted();
    if (failure instanceof AnswerFailed || failure instanceof NoAnswer) return undefined;
    throw failure;
  });
  const drafted = draft?.turn.assistantText ?? '';
  const isEcho = brought.startsWith(drafted.replace(/[.…]+$/u, ''));
  const isFit = drafted !== '' && !isEcho && keywordIn(drafted, keywords) === undefined;
  const text = isFit ? drafted : /^zh\b/i.test(character.language) ? plain.zh : plain.en;
  return { text, ...(draft?.turn.usage && { usage: draft.turn.usage }) };
}
