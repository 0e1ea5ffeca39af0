/*
 * Cuts streamed text into pieces for the synthesiser. The first piece may be a clause, so that sound begins before the
 * sentence is complete; later pieces are sentences, which keep their melody.
 */
const firstPieceLeastChars = 6;
/** Without any mark by then, the first piece ends at a word: better a flat melody than silence. */
const firstPieceMostChars = 90;
/** "Yes. I do." is one breath: sentences shorter than this wait for the next. */
const sentenceLeastChars = 24;
const pieceMostChars = 320;

const abbreviations =
  /(?:^|[\s("'“‘])(?:mr|mrs|ms|dr|prof|sr|jr|st|mt|no|vs|etc|e\.g|i\.e|a\.m|p\.m|approx|dept|fig|inc|ltd|co|u\.s|u\.k|ph\.d|[a-z])\.$/iu;
const sentenceEnd = /[.!?…]+["'”’)\]]*$/u;
const hanSentenceEnd = /[。！？!?；…]+["'”’」』）]*$/u;
const clauseEnd = /[,;:，、；：—–]["'”’)\]]*$/u;

export class ClauseCutter {
  #text = '';
  #first = true;

  /** @returns pieces that are complete now; joined with `end()` they are exactly what was pushed */
  push(text: string): string[] {
    const pieces: string[] = [];
    for (const char of text) {
      // A full stop ends a sentence only when a blank follows: "3.5", "example.com" and "..." go on.
      const beforeBlank = /\s/u.test(char) && this.#endsBeforeBlank();
      if (beforeBlank) pieces.push(this.#cut());
      this.#text += char;
      if (this.#endsAtOnce()) pieces.push(this.#cut());
      else if (this.#text.length >= this.#mostChars()) pieces.push(...this.#cutAtWord());
    }
    return pieces;
  }

  /** @returns the rest, if any */
  end(): string[] {
    return this.#text.trim() === '' ? [] : [this.#cut()];
  }

  #mostChars(): number {
    return this.#first ? firstPieceMostChars : pieceMostChars;
  }

  #leastChars(): number {
    return this.#first ? firstPieceLeastChars : sentenceLeastChars;
  }

  #endsBeforeBlank(): boolean {
    const text = this.#text.trimStart();
    if (weight(text) < this.#leastChars()) return false;
    if (sentenceEnd.test(text)) return !abbreviations.test(text) && !/(?:^|\s)\d+\.$/.test(text);
    return this.#first && clauseEnd.test(text);
  }

  /** Han punctuation is followed by no blank. */
  #endsAtOnce(): boolean {
    const text = this.#text.trimStart();
    if (!/\p{Script=Han}/u.test(text) || weight(text) < this.#leastChars()) return false;
    const last = text.at(-1) ?? '';
    if (/[!?]/.test(last) || hanSentenceEnd.test(text)) return true;
    return this.#first && /[，、：；]$/u.test(text);
  }

  #cutAtWord(): string[] {
    const at = this.#text.lastIndexOf(' ');
    if (at <= 0) return /\p{Script=Han}/u.test(this.#text) ? [this.#cut()] : [];
    const piece = this.#text.slice(0, at);
    const rest = this.#text.slice(at);
    this.#text = piece;
    const cut = this.#cut();
    this.#text = rest;
    return [cut];
  }

  #cut(): string {
    const piece = this.#text;
    this.#text = '';
    this.#first = false;
    return piece;
  }
}

/** Length as time to say it: a Han character is a syllable, about three letters. */
function weight(text: string): number {
  let sum = 0;
  for (const char of text) sum += /\p{Script=Han}/u.test(char) ? 3 : 1;
  return sum;
}

/** Whether there is anything in it that a voice could say. */
export function isSpeakable(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
