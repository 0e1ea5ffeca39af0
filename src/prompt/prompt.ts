import type { Character } from '../protocol/character.ts';
import type { SessionSettings } from '../protocol/connect.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import { estimateTokens } from './tokens.ts';

export type PromptMessage = { role: 'system' | 'user' | 'assistant'; content: string };

export type PromptContext = {
  character: Character;
  settings: Pick<SessionSettings, 'dynamic_info' | 'scene_description' | 'narrative_template_keys'>;
  /** Earlier turns, oldest first. */
  history: TurnRecord[];
  /** What is to be answered; null when the character speaks on, unasked. */
  userText: string | null;
  /** Set when a failing process broke off an answer: what of it was heard. */
  brokenOff?: string;
};

/** Models answer faster, and better, when the prompt is short; the newest turns matter most. */
const defaultBudgetTokens = 6_000;

/** Persona, context and history as messages for the model. The oldest turns go first when the budget is short. */
export function buildPrompt(
  context: PromptContext,
  budgetTokens = defaultBudgetTokens,
): PromptMessage[] {
  const system = systemMessage(context);
  const ending = lastMessages(context);
  let left = budgetTokens - sum([system, ...ending]);
  const kept: PromptMessage[] = [];
  for (const turn of [...context.history].reverse()) {
    const messages = turnMessages(turn);
    left -= sum(messages);
    if (left < 0) break;
    kept.unshift(...messages);
  }
  return [system, ...kept, ...ending];
}

function systemMessage({ character, settings }: PromptContext): PromptMessage {
  const fill = (text: string) => fillTemplate(text, settings.narrative_template_keys);
  const parts = [
    `You are ${character.name}.\n${fill(character.backstory)}`,
    speakingRules(character.language),
  ];
  if (settings.scene_description.length > 0) {
    const scene = settings.scene_description.map(
      ({ name, description }) => `- ${name}: ${fill(description)}`,
    );
    parts.push(`# Scene\nThis is around you.\n${scene.join('\n')}`);
  }
  if (settings.dynamic_info) parts.push(`# What you know now\n${fill(settings.dynamic_info.text)}`);
  return { role: 'system', content: parts.join('\n\n') };
}

/** Written for the ear: a listener cannot skim, and a synthesiser reads marks aloud. */
function speakingRules(language: string): string {
  return [
    '# How you speak',
    `You are in a spoken conversation. Answer in one to three short sentences, as ${languageName(language)} is spoken.`,
    'Stay who you are. Use plain words only: no lists, no markdown, no emoji, no stage directions.',
    'Where something of yours ends in a dash, you were interrupted there and the rest was never heard.',
  ].join('\n');
}

function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames(['en'], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag; // not a well-formed tag: the model will know better than we do
  }
}

/** `{name}` becomes its value; unknown names stay as they are, for a backstory may use braces. */
export function fillTemplate(text: string, keys: Record<string, string>): string {
  return text.replace(/\{\{?\s*([\w .-]{1,64}?)\s*\}?\}/g, (whole, name: string) =>
    Object.hasOwn(keys, name) ? (keys[name] ?? whole) : whole,
  );
}

function turnMessages(turn: TurnRecord): PromptMessage[] {
  const messages: PromptMessage[] = [];
  if (turn.userText !== null) messages.push({ role: 'user', content: turn.userText });
  if (turn.assistantText !== '') {
    const cut = turn.status === 'interrupted' ? '—' : '';
    messages.push({ role: 'assistant', content: turn.assistantText + cut });
  }
  return messages;
}

function lastMessages({ userText, brokenOff }: PromptContext): PromptMessage[] {
  const messages: PromptMessage[] = userText === null ? [] : [{ role: 'user', content: userText }];
  if (brokenOff) {
    messages.push(
      { role: 'assistant', content: `${brokenOff}—` },
      {
        role: 'user',
        content: '(The line broke. Go on from where you were, without repeating yourself.)',
      },
    );
  }
  return messages;
}

const sum = (messages: PromptMessage[]) =>
  messages.reduce((tokens, { content }) => tokens + estimateTokens(content), 0);
