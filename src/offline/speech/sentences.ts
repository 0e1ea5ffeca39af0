/** Longer ones are cut at a comma, else between words: nobody should wait for a paragraph. About 20 s of speech. */
const maxSentenceChars = 240;

/**
 * After a full stop a space must follow, or "3.5" and "e.g." would be torn; Chinese has no spaces. Written so that no
 * letter is looked at again and again: with a lookbehind, a million brackets take hours.
 */
const ends = /[.!?…]["'”’)\]]*\s+|[。！？；][”’」』）]*|\n+/gu;

/**
 * Cuts a text into sentences to be spoken one after the other. Nothing but white space is lost.
 * @returns trimmed sentences that have something to say, each of at most `maxSentenceChars` characters
 */
export function sentences(text: string): string[] {
  return partsOf(text)
    .flatMap((part) => shortened(part.trim()))
    .filter((part) => /[\p{L}\p{N}]/u.test(part));
}

function partsOf(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const { 0: end, index } of text.matchAll(ends)) {
    parts.push(text.slice(from, index + end.length));
    from = index + end.length;
  }
  return [...parts, text.slice(from)];
}

function shortened(sentence: string): string[] {
  const pieces: string[] = [];
  let rest = sentence;
  while (rest.length > maxSentenceChars) {
    const at = cutPlace(rest.slice(0, maxSentenceChars));
    pieces.push(rest.slice(0, at).trim());
    rest = rest.slice(at).trim();
  }
  return rest === '' ? pieces : [...pieces, rest];
}

/** @returns how many characters to take: after the last comma, else the last space, else all but half a character */
function cutPlace(head: string): number {
  const third = head.length / 3;
  const comma = Math.max(...[', ', '; ', ': ', '，', '、', '：'].map((c) => head.lastIndexOf(c)));
  if (comma > third) return comma + 1;
  const space = head.lastIndexOf(' ');
  if (space > third) return space + 1;
  const last = head.charCodeAt(head.length - 1);
  const half = last >= 0xd800 && last <= 0xdbff;
  return half ? head.length - 1 : head.length;
}
