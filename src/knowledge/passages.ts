import { joinedLines } from '../offline/speech/lines.ts';
import { sentences } from '../offline/speech/sentences.ts';
import { withFewMarks } from '../protocol/letter-marks.ts';
import { termsOf } from './terms.ts';

/**
 * Letters of a passage: some sentences about one thing. Longer ones find worse and cost the model more, shorter ones
 * lose what they are about. A Chinese character says about as much as two and a half letters.
 */
const usualLetters = 600;
const hanLetters = 2.5;
/** What is longer and marked as a heading is text: repeated in front of each passage it would drown it. */
const headingChars = 120;

/** @property terms what it is about, a blank between two: so a thread hands over thousands of passages in no time */
export type Passage = { text: string; terms: string };

export function passageOf(text: string): Passage {
  return { text, terms: termsOf(text).join(' ') };
}

/**
 * Cuts a text into passages at paragraphs, else between sentences. A heading is said again in front of each passage below
 * it, since that is often the only place where the thing is named. The time it takes grows with the text and no faster,
 * whatever the text is: strangers write it.
 */
export function passagesOf(text: string): string[] {
  const passages: string[] = [];
  let heading = '';
  let current: string[] = [];
  let letters = 0;
  const flush = () => {
    if (current.length > 0) passages.push(withHeading(heading, current));
    current = [];
    letters = 0;
  };
  for (const part of partsOf(text)) {
    if (part.kind === 'heading') {
      flush();
      heading = part.text;
      continue;
    }
    for (const sentence of sentences(part.text)) {
      const more = weightOf(sentence);
      if (letters > 0 && letters + more > usualLetters) flush();
      current.push(sentence);
      letters += more;
    }
    // Short paragraphs stay together; what comes after a long one is something else.
    if (letters > usualLetters / 2) flush();
  }
  flush();
  return passages;
}

function withHeading(heading: string, parts: readonly string[]): string {
  const body = joinedLines(parts);
  return heading === '' ? body : `${heading}: ${body}`;
}

type Part = { kind: 'heading' | 'paragraph'; text: string };

/** Lines of one paragraph are one text: files are wrapped at some width. List items and headings stand for themselves. */
function* partsOf(text: string): Generator<Part> {
  let lines: string[] = [];
  const paragraph = (): Part[] => {
    const joined = joinedLines(lines);
    lines = [];
    return /[\p{L}\p{N}]/u.test(joined) ? [{ kind: 'paragraph', text: joined }] : [];
  };
  for (const raw of withFewMarks(text).normalize('NFC').split('\n')) {
    const line = raw.replace(/\s+/g, ' ').trim();
    const title = titleIn(line);
    const beginsItem = /^(?:[-*•]|\d{1,3}[.)]) /u.test(line);
    if (line === '' || title !== undefined || beginsItem) yield* paragraph();
    if (title === undefined) {
      if (line !== '') lines.push(line);
    } else if (title.length <= headingChars) {
      if (/[\p{L}\p{N}]/u.test(title)) yield { kind: 'heading', text: title };
    } else {
      lines.push(title);
      yield* paragraph();
    }
  }
  yield* paragraph();
}

/** Of a heading as Markdown has it, which is also what those of HTML and Word are turned into. */
function titleIn(line: string): string | undefined {
  const marks = /^#{1,6} /.exec(line)?.[0];
  if (marks === undefined) return undefined;
  let end = line.length;
  while (line[end - 1] === '#') end--;
  // "# Tides #" may be closed like that; "# About C#" is not.
  const isClosed = end < line.length && line[end - 1] === ' ';
  return line.slice(marks.length, isClosed ? end : undefined).trim();
}

function weightOf(text: string): number {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  return text.length + han * (hanLetters - 1);
}
