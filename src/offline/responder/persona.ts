import { joinedLines } from '../speech/lines.ts';
import { sentences } from '../speech/sentences.ts';
import { isHan, words } from './words.ts';

/** A sentence the responder may answer with. */
export type Fact = {
  text: string;
  /** `self`: the backstory; `now`: what is around or going on; `earlier`: of former conversations; else knowledge. */
  about: 'self' | 'scene' | 'now' | 'earlier' | 'knowledge';
};

/** How the backstory speaks of the character. @property pronoun in third person, `he`, `she` or `they` */
type PointOfView = { person: 'first' | 'second' | 'third'; pronoun: 'he' | 'she' | 'they' };

export type Persona = {
  /** Undefined: the prompt is none of a character. */
  name: string | undefined;
  /** What the backstory calls it: the name, its parts without titles, and a first name that only the prose has. */
  called: string[];
  view: PointOfView;
  facts: Fact[];
};

/** Headings of sections that tell the model how to write: nothing to answer with. */
const instructions =
  /\b(?:how you (?:speak|act|feel|see)|how to|rules?|instructions?|format|style|guidelines?)\b/i;

/** Reads what a system prompt tells: `You are <name>.`, prose, and sections with a `# Heading`. */
export function readPersona(system: string): Persona {
  const [head = '', ...rest] = `\n${system}`.split(/\n#{1,6}[ \t]+(?=\S)/);
  const name = nameIn(head);
  const prose = sentencesOf(head).filter((text) => !namesOnly(text, name));
  const facts: Fact[] = prose.map((text) => ({ text, about: 'self' }));
  for (const section of rest) {
    const [title = '', ...lines] = section.split('\n');
    if (instructions.test(title)) continue;
    const about = subjectOf(title);
    for (const text of sentencesOf(quotedOf(lines).join('\n'))) facts.push({ text, about });
  }
  return { name, called: callNames(name, prose), view: viewOf(prose), facts };
}

function nameIn(head: string): string | undefined {
  const [, name] =
    /(?:^|\n)[^\S\n]*You are ([^.,;:!?\n]{1,80}?)\s*(?:[.,;:!\n]|$)/.exec(head) ??
    /(?:^|\n)[^\S\n]*(?:你是|你叫|你的名字是)\s*([^。，；：！\n]{1,40})/.exec(head) ??
    [];
  // "You are a helpful assistant", "You are summarising": no name.
  return name !== undefined && (isHan(name) || /^\p{Lu}/u.test(name)) ? name.trim() : undefined;
}

const titles =
  /^(?:the|of|professor|doctor|dr|captain|sir|lady|lord|king|queen|prince|princess|mr|mrs|ms|miss|old|young|uncle|aunt)$/i;

/** "Professor Okonkwo" in the prompt may be "Ada Okonkwo" and "Ada" in the prose; "Brannoc the Toll Troll" is "Brannoc". */
function callNames(name: string | undefined, prose: readonly string[]): string[] {
  if (name === undefined) return [];
  const [proper = name] = name.split(/ (?:the|of|from|von|van|de) /);
  const parts = proper.split(/\s+/).filter((part) => !titles.test(part.replace('.', '')));
  const last = parts.at(-1);
  const given =
    last === undefined
      ? null
      : new RegExp(`(\\p{Lu}[\\p{L}-]+) ${escaped(last)}\\b`, 'u').exec(prose.join(' '));
  const first = given?.[1];
  if (first !== undefined && !titles.test(first)) parts.push(`${first} ${last ?? ''}`, first);
  return [...new Set([name, proper, ...parts])].sort((a, b) => b.length - a.length);
}

function namesOnly(text: string, name: string | undefined): boolean {
  return (
    name !== undefined &&
    new RegExp(`^(?:You are|你是|你叫)\\s*${escaped(name)}[.。]?$`, 'u').test(text)
  );
}

/** Where a section quotes somebody, only what it quotes is told; the rest tells the model how to take it. */
function quotedOf(lines: string[]): string[] {
  const quoted = lines.filter((line) => line.startsWith('>'));
  return quoted.length === 0 ? lines : quoted.map((line) => line.replace(/^>\s?/, ''));
}

/** Prose is wrapped at some width; list items and paragraphs stay apart. */
function sentencesOf(text: string): string[] {
  const unwrapped = text.split(/\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)/).map((part) =>
    part
      .replace(/^\s*(?:[-*•]|\d+[.)])\s+/, '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  );
  return sentences(unwrapped.map(joinedLines).join('\n'));
}

function subjectOf(title: string): Fact['about'] {
  if (/scene|around|surround|场景|周围/i.test(title)) return 'scene';
  if (/\bnow\b|current|dynamic|现在|当前/i.test(title)) return 'now';
  if (/earlier|before|previous|remember|memor|之前|记忆/i.test(title)) return 'earlier';
  if (/who you are|backstory|persona|character|about you|人设|背景/i.test(title)) return 'self';
  return 'knowledge';
}

function viewOf(prose: readonly string[]): PointOfView {
  const all = words(prose.join(' '));
  const count = (...these: string[]) => all.filter((word) => these.includes(word)).length;
  const begins = (start: RegExp) => prose.filter((text) => start.test(text)).length;
  const she = count('she', 'her', 'hers', 'herself');
  const he = count('he', 'his', 'him', 'himself');
  const pronoun = she === 0 && he === 0 ? 'they' : she >= he ? 'she' : 'he';
  const second = begins(/^(?:you|your|你)/i);
  const first = begins(/^(?:i|my|i'm|我)(?![a-z])/i);
  const third = begins(/^(?:he|she|they|his|her|their|他|她)(?![a-z])/i);
  if (first > second && first > third) return { person: 'first', pronoun };
  return { person: second > third ? 'second' : 'third', pronoun };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
