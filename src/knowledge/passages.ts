import { sentences } from '../offline/speech/sentences.ts';

/**
 * Letters of a passage: some sentences about one thing. Longer ones find worse and cost the model more, shorter ones
 * lose what they are about. A Chinese character says about as much as two and a half letters.
 */
const usualLetters = 600;
const hanLetters = 2.5;
const headingChars = 120;

/**
 * Cuts a text into passages at paragraphs, else between sentences. A heading is said again in front of each passage below
 * it, since that is often the only place where the thing is named.
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
  for (const paragraph of paragraphsOf(text)) {
    const title = headingIn(paragraph);
    if (title !== undefined) {
      flush();
      heading = title;
      continue;
    }
    for (const sentence of sentences(paragraph)) {
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
  const body = parts.reduce((before, next) => {
    const isTight = /\p{Script=Han}|[。！？；]$/u.test(before.slice(-1));
    return before === '' ? next : `${before}${isTight ? '' : ' '}${next}`;
  }, '');
  return heading === '' ? body : `${heading}: ${body}`;
}

/** Lines of one paragraph are one text: files are wrapped at some width. List items and headings stand for themselves. */
function paragraphsOf(text: string): string[] {
  return text
    .normalize('NFC')
    .split(
      /\n[ \t]*\n|\n(?=[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t])|(?<=^#{1,6}[ \t].*)\n|\n(?=#{1,6}[ \t])/mu,
    )
    .map((part) =>
      part
        .replace(/(?<=\p{Script=Han}|[，。；：、！？”])\s*\n\s*/gu, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((part) => /[\p{L}\p{N}]/u.test(part));
}

/** Markdown's, which is also what HTML and Word headings are turned into. */
function headingIn(paragraph: string): string | undefined {
  const [, title] = /^#{1,6}\s+(.+?)\s*#*$/.exec(paragraph) ?? [];
  return title?.slice(0, headingChars);
}

function weightOf(text: string): number {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  return text.length + han * (hanLetters - 1);
}
