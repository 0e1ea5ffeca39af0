/** What nobody sees, and blanks and marks that are put between the letters of a word to hide it. */
const between = /[\s\p{P}\p{S}\p{Cf}]+/gu;
const isSpaced = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/u;

/**
 * The first of some keywords that a text has, whatever the width and case of its letters. Words of languages with
 * blanks are found as whole words only ("art" is not in "start"); in others, blanks and marks within them are no hiding place.
 */
export function keywordIn(text: string, keywords: readonly string[]): string | undefined {
  const plain = folded(text);
  const dense = plain.replace(between, '');
  return keywords.find((keyword) => {
    const sought = folded(keyword).trim();
    if (sought === '') return false;
    if (!isSpaced.test(sought)) {
      const bare = sought.replace(between, '');
      return bare !== '' && dense.includes(bare);
    }
    return hasWord(plain, sought);
  });
}

function hasWord(text: string, sought: string): boolean {
  for (let at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + 1)) {
    const before = text[at - 1] ?? ' ';
    const after = text[at + sought.length] ?? ' ';
    const begins = !isSpaced.test(sought[0] ?? '') || !isSpaced.test(before);
    const ends = !isSpaced.test(sought.at(-1) ?? '') || !isSpaced.test(after);
    if (begins && ends) return true;
  }
  return false;
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ');
}
