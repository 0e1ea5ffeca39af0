import type { ActionConfig } from '../protocol/action-config.ts';
import { emotionNames } from '../protocol/emotion.ts';
import { estimateTokens } from './tokens.ts';

/** What the model may do besides speaking, for one answer. */
export type Directions = {
  actions: ActionConfig | null;
  /** Whether it is asked what the character feels. */
  feels: boolean;
  /** How it writes what it does: marks in its text, or calls of `emit_actions`. */
  form: 'marks' | 'calls';
};

/** Descriptions are left out rather than let them crowd the conversation out of the prompt. */
const listTokens = 1_500;
const descriptionChars = 300;

/**
 * Tells the model how to act and to feel. What it feels comes behind the first sentence and what it does behind
 * the last, so that the first clause waits for neither, and the face is told before the sound begins. The rules are those that Convai's characters are given (docs: response-contract-and-parsing.md).
 * @returns undefined when there is nothing but to speak
 */
export function directions({ actions, feels, form }: Directions): string | undefined {
  const parts: string[] = [];
  if (actions && actions.actions.length > 0) parts.push(acting(actions, form));
  if (feels) parts.push(feeling);
  return parts.length === 0 ? undefined : parts.join('\n\n');
}

function acting(config: ActionConfig, form: Directions['form']): string {
  const { objects, characters, current_attention_object: attention } = config;
  const lines = [
    '# How you act',
    ...(form === 'calls' ? byCalls : byMarks(config)),
    `Your actions, the only ones there are: ${config.actions.map(line).join(', ')}`,
    ...list('Objects, the only ones you can act on', objects, ({ description }) => description),
    ...list('Characters, the only ones you can act on', characters, ({ bio }) => bio),
    'Use these names exactly; never invent or rename one. What the scene describes beyond them cannot be acted on.',
    '"Me", "my" and "here" are the user who speaks to you.',
    attention === null
      ? 'If "this", "that", "it" or "there" is not clear, ask.'
      : `"This", "that", "it" and "there" are: ${line(attention)}`,
    'Take no step when nothing physical is asked, when it is impossible or unsafe, or when you refuse.',
  ];
  return lines.join('\n');
}

const byCalls = [
  'You can act in the world. When the user asks for a physical task that you do, first say something, and then, in the',
  'same answer, call emit_actions once with the complete, ordered sequence of steps. Never call it without having',
  'spoken, and never read steps out or explain them.',
];

const byMarks = (config: ActionConfig) => [
  'You can act in the world. When the user asks for a physical task that you do, write its steps behind your spoken',
  `words, at the very end, in order, each in its own brackets, like this: ${stepExample(config)}`,
  'The steps are not spoken: always say something first, and never read steps out or explain them.',
];

function stepExample({ actions, objects, characters }: ActionConfig): string {
  const [first = '', second = first] = actions;
  const target = objects[0]?.name ?? characters[0]?.name;
  const step = (name: string) => `[do: ${line(target === undefined ? name : `${name} ${target}`)}]`;
  return first === second ? step(first) : `${step(first)} ${step(second)}`;
}

function list<T extends { name: string }>(
  title: string,
  items: T[],
  described: (item: T) => string,
): string[] {
  if (items.length === 0) return [];
  const full = items.map((item) => {
    const description = line(described(item)).slice(0, descriptionChars);
    return description === '' ? `- ${line(item.name)}` : `- ${line(item.name)}: ${description}`;
  });
  if (estimateTokens(full.join('\n')) <= listTokens) return [`${title}:`, ...full];
  return [`${title}: ${items.map(({ name }) => line(name)).join(', ')}`];
}

const feeling = [
  '# How you feel',
  'In every answer, write right behind your first sentence how you feel as you say it, from 1 (subtle) to 3 (intense),',
  'like this: [feel: joy 2]',
  `It is not spoken. It is one of: ${emotionNames.join(', ')}.`,
].join('\n');

/** Names and descriptions are data: they do not get to begin a section of their own. */
function line(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
