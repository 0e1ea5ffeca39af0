import type { BackstoryWish } from '../../prompt/backstory.ts';
import { sentences } from '../speech/sentences.ts';
import { isHan } from './words.ts';

/**
 * A backstory made of the description alone, by template: nothing in it is invented, and its last paragraph says what
 * is missing, so that nobody takes it for a model's work.
 */
export function templateBackstory({ name, description }: BackstoryWish): string {
  return isHan(description) ? chinese(name, description) : english(name, description);
}

function english(name: string, description: string): string {
  const parts = sentences(description.replaceAll(/\s+/g, ' ').trim()).map((text) =>
    text.replace(/[.!?;,\s]+$/, ''),
  );
  const [who = '', ...traits] = parts.filter((text) => text !== '');
  const single = traits.filter((text) => !text.includes(' '));
  const others = traits.filter((text) => text.includes(' '));
  const told = [
    `${name} is ${withArticle(who, name)}.`,
    ...(single.length > 0
      ? [`Those who know ${name} say: ${single.map((word) => word.toLowerCase()).join(', ')}.`]
      : []),
    ...others.map((text) => (isSentence(text) ? `${text}.` : `${name}: ${uncapitalised(text)}.`)),
  ];
  return [
    told.join(' '),
    `${name} speaks plainly and keeps to what is known.`,
    'This text repeats the description: the built-in responder is no language model and invents nothing. Add where they come from, whom they care for, and what they want.',
  ].join('\n\n');
}

function chinese(name: string, description: string): string {
  const parts = description
    .split(/[。！？!?；;\n]+|(?<=\p{Script=Han})\.\s*/u)
    .map((text) => text.trim())
    .filter((text) => text !== '');
  const [who = '', ...traits] = parts;
  const told = [
    `${name}是${who.replace(/^(?:是|一名|一位|一个)(?=.)/u, (begin) => (begin === '是' ? '' : begin))}。`,
    ...(traits.length > 0 ? [`了解${name}的人会这样形容：${traits.join('，')}。`] : []),
  ];
  return [
    told.join(''),
    `${name}说话直接，只说自己知道的事。`,
    '这段文字只重复了描述：内置应答器不是语言模型，不会编造。请补充来历、在意的人和心愿。',
  ].join('\n\n');
}

/** "Lawyer in New York" is a lawyer; "She keeps a light" and "a baker" are complete. */
function withArticle(who: string, name: string): string {
  if (who === '') return 'a character of whom nothing is told yet';
  const own = who.replace(new RegExp(`^(?:${escaped(name)}|he|she|they|it) (?:is|are) `, 'i'), '');
  if (/^(?:an?|the|his|her|their|my|your|one|\d+)\b/i.test(own)) return uncapitalised(own);
  const noun = /^\p{Lu}{2}/u.test(own) ? own : uncapitalised(own);
  return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;
}

function isSentence(text: string): boolean {
  return /^(?:he|she|they|it|his|her|their|you|your)\b/i.test(text);
}

const uncapitalised = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
