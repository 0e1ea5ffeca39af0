import { plainLine } from '../protocol/plain-text.ts';
import { fillTemplate } from './told.ts';

/** Where a character's story stands, as the model is told. */
export type StoryPart = {
  name: string;
  objective: string;
  /** Where it may lead from here. */
  choices: readonly { criteria: string; objective: string }[];
};

const title = '# How to go on with the story';

/**
 * The objective, and what leads on from it. The model answers a decision's objective at once and says behind its last
 * word which it was: so no clause waits for the judgement.
 * @param keys for `{name}`; one without a value becomes nothing, as the web SDK's page has it for narrative sections
 */
export function storySection(
  { name, objective, choices }: StoryPart,
  keys: Readonly<Record<string, string>>,
): string {
  const fill = (text: string) =>
    plainLine(fillTemplate(text, keys).replace(/\{\{?\s*[\w .-]{1,64}?\s*\}?\}/g, ''));
  const lines = [
    title,
    `The part it is in: ${plainLine(name)}`,
    `What you want in it: ${fill(objective) || 'nothing in particular'}`,
  ];
  if (choices.length === 0) return lines.join('\n');
  const numbered = choices.map(
    (choice, at) =>
      `${at + 1}. When: ${fill(choice.criteria)}\n   Then you want: ${fill(choice.objective) || 'nothing in particular'}`,
  );
  return [
    ...lines,
    'It goes on when one of these holds; judge by all that was said, the newest words above all:',
    ...numbered,
    'When one holds, answer with what you want then, and write its number behind your spoken words, at the very end: [next: 1]',
    'It is not spoken. Write it in no other case, and never speak of parts and numbers.',
  ].join('\n');
}

/** Reads what may lead on out of such a section again, for a provider that is no model. */
export function criteriaIn(system: string): string[] {
  const at = system.lastIndexOf(`${title}\n`);
  if (at < 0) return [];
  const [, section = ''] = system.slice(at).split(title);
  const [own = ''] = section.split(/\n#{1,6} /);
  return [...own.matchAll(/^\d+\. When: (.*)$/gm)].map(([, criteria = '']) => criteria);
}

/** As a model writes it. @param index from 0 */
export const storyMark = (index: number) => `[next: ${index + 1}]`;
