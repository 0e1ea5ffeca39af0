import { either, run, seq, words, type Pattern } from './pattern.ts';
import type { TextFilter } from './text-filter.ts';

const blank: Pattern = run(/[ \t]/, 1, 64);
/** Up to the end of the line: ```` ```python ````. */
const fence: Pattern = seq(
  words('```'),
  run(/[`\w+#.-]/, 0, 32),
  run(/[ \t]/, 0, 8),
  words('\n', '\r\n'),
);
const heading: Pattern = seq(run(/#/, 1, 6), blank);
const bullet: Pattern = seq(words('-', '*', '+', '•'), blank);
const numbered = (digits: Pattern): Pattern => seq(digits, words('.', ')'), blank);
const anyLine = either(fence, heading, bullet, numbered(run(/\d/, 1, 2)));
/** An answer may well be a number: "42. No more, no less." */
const firstLine = either(fence, heading, bullet, numbered(words('1')));

/**
 * Takes Markdown's marks out of a text: headings, list markers, code fences and backticks, emphasis. Their words stay.
 * "2 * 3", "snake_case" and "#1" are no Markdown.
 */
export class PlainText implements TextFilter {
  #held = '';
  /** The last character before what is held; empty at the beginning. */
  #before = '';
  #atLineStart = true;
  #isFirstLine = true;

  push(text: string): string {
    this.#held += text;
    return this.#read(false);
  }

  end(): string {
    return this.#read(true);
  }

  #read(ended: boolean): string {
    let out = '';
    while (this.#held !== '') {
      if (this.#atLineStart) {
        const line = this.#lineMark(ended);
        if (line === 'open') break;
        out += line;
        continue;
      }
      const plain = /^[^*_~`\n]+/.exec(this.#held)?.[0];
      if (plain !== undefined) {
        out += this.#take(plain.length);
        continue;
      }
      if (this.#held.startsWith('\n')) {
        out += this.#take(1);
        this.#atLineStart = true;
        this.#isFirstLine = false;
        continue;
      }
      const kept = this.#inline(ended);
      if (kept === 'open') break;
      out += kept;
    }
    return out;
  }

  /** What stands at the beginning of a line. @returns what of it stays */
  #lineMark(ended: boolean): string {
    const indent = /^[ \t\r\n]*/.exec(this.#held)?.[0] ?? '';
    if (indent !== '') {
      if (indent.includes('\n')) this.#isFirstLine = false;
      return this.#take(indent.length);
    }
    const found = (this.#isFirstLine ? firstLine : anyLine)(
      // A fence may be the last thing there is.
      ended ? `${this.#held}\n` : this.#held,
      0,
    );
    if (found === 'open' && !ended) return 'open';
    this.#atLineStart = false;
    if (typeof found !== 'number') return '';
    const mark = this.#take(found);
    this.#atLineStart = mark.endsWith('\n');
    return '';
  }

  /** A run of one mark, with what stands beside it. @returns what of it stays */
  #inline(ended: boolean): string {
    const mark = this.#held.charAt(0);
    const length = /^(?:\*+|_+|~+|`+)/.exec(this.#held)?.[0].length ?? 1;
    if (length === this.#held.length && !ended) return 'open';
    const before = this.#before;
    const after = this.#held.charAt(length);
    const taken = this.#take(length);
    return isEmphasis(mark, length, before, after) ? '' : taken;
  }

  #take(length: number): string {
    const taken = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.#before = taken.at(-1) ?? this.#before;
    return taken;
  }
}

function isEmphasis(mark: string, length: number, before: string, after: string): boolean {
  if (mark === '`') return true;
  const opens = !isBlank(after);
  const closes = !isBlank(before);
  if (mark === '~') return length > 1 && (opens || closes);
  if (mark === '*') return (opens || closes) && !(/\d/.test(before) && /\d/.test(after));
  return (opens && !isWord(before)) || (closes && !isWord(after));
}

const isBlank = (char: string) => char === '' || /\s/.test(char);
const isWord = (char: string) => /[\p{L}\p{N}]/u.test(char);
