import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Ask } from '../../../minds/xingchen-chat.ts';
import { Character } from '../../../protocol/character.ts';
import { plainText } from '../../../protocol/plain-text.ts';
import type { ToolCallRecord, TurnRecord } from '../../../protocol/turn-record.ts';
import { AdvancedConfig } from '../../../protocol/xingchen/character.ts';
import type { ChatSend, Message } from '../../../protocol/xingchen/chat.ts';
import { InvalidRequest } from '../../refusals.ts';
import { languageOf } from './character-wire.ts';
import { toldOf } from './chat-told.ts';

type Aca = ChatSend['input']['aca'];

/** A character of the server, with what this API keeps of it. @property isOwn the caller's own */
type Stored = { character: Character; xingchen: Record<string, unknown>; isOwn: boolean };

/**
 * What is asked, of a parsed request.
 * @param stored undefined: the character is described in the request
 * @throws {InvalidRequest} when the messages leave open what is to be answered
 */
export function askOf(
  { model, input: { messages, aca }, parameters }: ChatSend,
  stored: Stored | undefined,
  by: { workspaceId: string; inspected: boolean; now: Date },
): Ask {
  const { context, userProfile: user } = aca;
  const { before, words, after } = parted(messages ?? []);
  const ownHistory = context?.useChatHistory === false;
  const isAnew = context?.isRegenerate ?? false;
  const isAnewHere = isAnew && !ownHistory;
  if (!isAnewHere && words === undefined) throw noWords();
  const character = withSamples(stored?.character ?? describedIn(aca), aca.sampleMessages ?? []);
  const config = configOf(stored?.xingchen);
  const isRealTime = aca.scenario?.isRealTime ?? config.isRealTime ?? false;
  const modelName = parameters?.modelName ?? model;
  return {
    workspaceId: by.workspaceId,
    character,
    xingchen: stored?.xingchen,
    plugins: pluginsOf(aca, config, stored?.isOwn ?? true),
    user: user ? { id: user.userId, name: user.userName?.trim() || null } : undefined,
    told: toldOf(aca, messages ?? [], character, isRealTime ? by.now : undefined),
    // Nothing of a character that is described here is kept, and nobody's words are without a user.
    history: ownHistory || !stored || !user ? turnsOf(before) : undefined,
    words: isAnewHere ? null : (words ?? null),
    toolNotes: notesOf(after),
    tools: toolsOf(aca),
    anew: isAnew ? { queryId: context?.queryId ?? undefined } : undefined,
    answerId: context?.answerId || undefined,
    sampling: {
      ...(modelName && { model: modelName }),
      ...(parameters?.temperature != null && { temperature: parameters.temperature }),
      ...(parameters?.topP != null && { topP: parameters.topP }),
      ...(parameters?.seed != null && { seed: parameters.seed }),
      ...(parameters?.maxLength != null && { maxTokens: parameters.maxLength }),
    },
    inspected: by.inspected,
  };
}

/** The request's instead of the character's; but of another's character the rules hold, whatever a request says. */
function pluginsOf({ platformPlugins: sent }: Aca, config: AdvancedConfig, isOwn: boolean) {
  const kept = config.platformPlugins ?? [];
  if (!sent) return kept;
  return isOwn ? sent : [...sent, ...kept.filter(({ name }) => name === 'reject_answer_plugin')];
}

/** The last words of the user, what was said before, and what functions did since. */
function parted(messages: Message[]): { before: Message[]; words?: string; after: Message[] } {
  const at = messages.findLastIndex(({ role }) => role === 'user');
  const after = messages.slice(at + 1);
  const isOpen = after.every(
    ({ role, functionCall }) => role !== 'assistant' || functionCall != null,
  );
  const words = plainText(messages[at]?.content ?? '').trim();
  if (at < 0 || words === '' || !isOpen) return { before: messages, after: [] };
  return { before: messages.slice(0, at), words, after };
}

const noWords = () =>
  new InvalidRequest([
    {
      type: 'value_error',
      loc: ['body', 'input', 'messages'],
      msg: 'must end with what the user says, and that must not be empty',
      input: null,
    },
  ]);

/** Who is described in the request, for this answer only. */
function describedIn({ botProfile }: Aca): Character {
  const { name, content, traits } = botProfile;
  const described = { name: name ?? '', basicInformation: content ?? '' };
  return Character.parse({
    ...{ id: randomUUID(), number: 0, greeting: '', voice: null, language: 'en-US' },
    ...languageOf(described),
    name: described.name,
    backstory: described.basicInformation,
    speakingStyle: traits ?? '',
    memoryEnabled: false,
  });
}

/** The character, with more examples of how it talks. */
function withSamples(character: Character, samples: Message[]): Character {
  const lines = samples.flatMap(({ role, content }) => {
    if (!content) return [];
    if (role === 'user') return [`{{user}}: ${content}`];
    return role === 'assistant' ? [`{{char}}: ${content}`] : [];
  });
  if (lines.length === 0) return character;
  const sampleDialogue = [character.sampleDialogue, ...lines].filter(Boolean).join('\n');
  return { ...character, sampleDialogue };
}

const Kept = z.object({ advancedConfig: AdvancedConfig.catch({}) }).catch({ advancedConfig: {} });

const configOf = (xingchen: Record<string, unknown> | undefined): AdvancedConfig =>
  Kept.parse(xingchen ?? {}).advancedConfig;

/** What was said, as exchanges. */
function turnsOf(messages: Message[]): TurnRecord[] {
  const turns: TurnRecord[] = [];
  for (const { role, content } of messages) {
    const text = plainText(content ?? '').trim();
    if (text === '' || (role !== 'user' && role !== 'assistant')) continue;
    const last = turns.at(-1);
    if (role === 'assistant' && last?.assistantText === '') last.assistantText = text;
    else {
      turns.push({
        id: randomUUID(),
        origin: role === 'user' ? 'text' : 'trigger',
        userText: role === 'user' ? text : null,
        assistantText: role === 'user' ? '' : text,
        status: 'completed',
        stages: {},
        startedAt: new Date(0).toISOString(),
      });
    }
  }
  return turns;
}

/** What functions have returned for the question. */
function notesOf(after: Message[]): ToolCallRecord[] {
  const calls = after.flatMap(({ functionCall }) => functionCall?.apiCallList ?? []);
  return after.flatMap(({ role, name, content }, at): ToolCallRecord[] => {
    if (role !== 'function' && role !== 'tool') return [];
    const nth = after.slice(0, at).filter((one) => one.role === role).length;
    const call = calls.find(({ apiName }) => apiName === name) ?? calls[nth];
    const json = JSON.stringify(call?.parameters ?? {});
    const known = { name: name ?? call?.apiName ?? 'function', json, isRepeatable: true };
    return [{ ...known, ok: true, result: content ?? '' }];
  });
}

function toolsOf({ functionList, functionChoice: choice }: Aca): Ask['tools'] {
  const offered = (functionList ?? []).map(({ name, description, parameters }) => ({
    name,
    description: description ?? '',
    parameters: parameters ?? { type: 'object', properties: {} },
  }));
  if (offered.length === 0 || choice?.type === 'none') return undefined;
  const mustCall = choice?.type === 'specific' ? choice.names?.[0] : undefined;
  if (mustCall === undefined) return { offered };
  if (!offered.some(({ name }) => name === mustCall))
    throw new InvalidRequest([
      {
        type: 'value_error',
        loc: ['body', 'input', 'aca', 'functionChoice', 'names', 0],
        msg: 'must be the name of a function in functionList',
        input: mustCall,
      },
    ]);
  return { offered, mustCall };
}
