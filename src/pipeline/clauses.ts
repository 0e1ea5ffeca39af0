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
/** Without a single blank by then it is no word of any language, and is cut where it is. */
const wordMostChars = 640;

const abbreviations =
  /(?:^|[\s("'“‘])(?:mr|mrs|ms|dr|prof|gen|col|capt|lt|sgt|gov|sen|rev|sr|jr|st|mt|ave|blvd|no|vs|etc|approx|dept|fig|inc|ltd|co|ph\.d|jan|feb|apr|aug|sept?|oct|nov|dec|(?:[a-z]\.)*[a-z])\.$/iu;
/** "2." where a piece or a sentence begins is the number of what follows. */
const ordinal = /(?:^|[.!?:;\n]\s+)\d{1,3}\.$/u;
const sentenceEnd = /[.!?…]+["'”’)\]]*$/u;
const clauseEnd = /[,;:，、；：—–]["'”’)\]]*$/u;
/** Scripts whose sentences are followed by no blank. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const unspacedSentenceEnd = /[。！？!?；…]["'”’」』）)\]]*$/u;
const unspacedClauseEnd = /[，、：；]$/u;
/** What still belongs to the sentence before it: "？！", "！”". */
const closing = /[。！？!?…”’」』）)\]]/u;

export class ClauseCutter {
  #text = '';
  #first = true;

  /** @returns pieces that are complete now; joined with `end()` they are exactly what was pushed */
  push(text: string): string[] {
    const pieces: string[] = [];
    for (const char of text) {
      // A full stop ends a sentence only when a blank follows: "3.5", "example.com" and "..." go on.
      const ends = /\s/u.test(char) ? this.#endsBeforeBlank() : this.#endsBefore(char);
      if (ends) pieces.push(this.#cut());
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
    if (sentenceEnd.test(text)) return !abbreviations.test(text) && !ordinal.test(text);
    return unspacedSentenceEnd.test(text) || (this.#first && clauseEnd.test(text));
  }

  /** Where no blanks are written, what comes next tells whether a mark was the last one: "？！", "3：2", "a.com/?q". */
  #endsBefore(next: string): boolean {
    const text = this.#text.trimStart();
    if (!unspaced.test(text) || weight(text) < this.#leastChars() || closing.test(next)) {
      return false;
    }
    if (unspacedSentenceEnd.test(text)) {
      const isAscii = /[!?]$/u.test(text);
      return (
        !(isAscii && /[\p{L}\p{N}=&/]/u.test(next) && !unspaced.test(next)) && !this.#inQuotes(next)
      );
    }
    return this.#first && /\d[，、：；]$/u.test(text) && !/\d/u.test(next);
  }

  /** `next` closes straight quotes that are open. */
  #inQuotes(next: string): boolean {
    return next === '"' && (this.#text.split('"').length - 1) % 2 === 1;
  }

  /** The comma of a first clause: nothing that follows belongs to it, unless it stands between digits. */
  #endsAtOnce(): boolean {
    const text = this.#text.trimStart();
    if (!this.#first || !unspaced.test(text) || weight(text) < this.#leastChars()) return false;
    return unspacedClauseEnd.test(text) && !/\d[，、：；]$/u.test(text);
  }

  #cutAtWord(): string[] {
    const at = this.#text.lastIndexOf(' ');
    if (at <= 0) {
      const isWhole = unspaced.test(this.#text) || this.#text.length >= wordMostChars;
      return isWhole ? [this.#cut()] : [];
    }
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

/** Length as time to say it: a Han or kana character is a syllable, about three letters. */
function weight(text: string): number {
  let sum = 0;
  for (const char of text) sum += unspaced.test(char) ? 3 : 1;
  return sum;
}

/** Whether there is anything in it that a voice could say. */
export function isSpeakable(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
