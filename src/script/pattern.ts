/** Where a pattern stands in a text that is still coming: matched up to an index, impossible, or not yet clear. */
export type Found = number | 'no' | 'open';
export type Pattern = (text: string, from: number) => Found;

/** These letters, in upper or lower case. */
export function word(letters: string): Pattern {
  const wanted = letters.toLowerCase();
  return (text, from) => {
    const there = text.slice(from, from + wanted.length).toLowerCase();
    if (there === wanted) return from + wanted.length;
    return from + there.length === text.length && wanted.startsWith(there) ? 'open' : 'no';
  };
}

/** At least `least` and at most `most` characters of a class, as many as there are. */
export function run(letter: RegExp, least: number, most: number): Pattern {
  return (text, from) => {
    let at = from;
    while (at < text.length && at - from < most && letter.test(text.charAt(at))) at++;
    if (at - from >= most) return at;
    if (at === text.length) return 'open';
    return at - from >= least ? at : 'no';
  };
}

/** More stand in no syntax; and what is not clear yet is looked at again with every piece that comes. */
const mostBlanks = 1_000;

/** Any blanks, or none. */
export const blanks: Pattern = (text, from) => {
  let at = from;
  while (at < text.length && at - from < mostBlanks && /\s/.test(text.charAt(at))) at++;
  return at;
};

export function seq(...parts: Pattern[]): Pattern {
  return (text, from) => {
    let at = from;
    for (const part of parts) {
      const found = part(text, at);
      if (typeof found !== 'number') return found;
      at = found;
    }
    return at;
  };
}

/** The first of them that matches. */
export function either(...choices: Pattern[]): Pattern {
  return (text, from) => {
    let open = false;
    for (const choice of choices) {
      const found = choice(text, from);
      if (typeof found === 'number') return found;
      open ||= found === 'open';
    }
    return open ? 'open' : 'no';
  };
}

/** One of these, of which none begins with another. */
export const words = (...choices: string[]): Pattern => either(...choices.map(word));

/** The part, or nothing where it is impossible. */
export function maybe(part: Pattern): Pattern {
  return (text, from) => {
    const found = part(text, from);
    return found === 'no' ? from : found;
  };
}

/**
 * From behind an opening bracket to behind the one that closes it, brackets inside counted.
 * @param most characters; a text without its closing bracket by then is none
 */
export function balanced(
  opening: string,
  closing: string,
  most: number,
  { quotes = '', until = '' }: { quotes?: string; until?: string } = {},
): Pattern {
  return (text, from) => {
    let depth = 1;
    let quote = '';
    for (let at = from; at < text.length; at++) {
      if (at - from >= most) return 'no';
      const char = text.charAt(at);
      if (until.includes(char)) return 'no';
      if (quote !== '') {
        if (char === '\\') at++;
        else if (char === quote) quote = '';
      } else if (quotes.includes(char)) quote = char;
      else if (opening.includes(char)) depth++;
      else if (closing.includes(char) && --depth === 0) return at + 1;
    }
    return 'open';
  };
}
