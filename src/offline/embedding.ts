/** Words in all their forms share most of these; Chinese has words of one and two characters. */
const gramLengths = [3, 4] as const;
const hanGramLengths = [1, 2] as const;
/** A whole word says more than a piece of it. */
const wordWeight = 2;
/** What nearly every sentence has tells nothing about it. */
const commonWeight = 0.25;
const common = new Set(
  (
    'a an the is are was were be been am do does did have has had i you he she it we they me him her us them my your his ' +
    'its our their this that these those of in on at to for with from by and or but not no so as if then than what who ' +
    'which when where why how can could will would should may might there here about just very'
  ).split(' '),
);

/**
 * A text as a vector of length 1, the same each time: hashed words and pieces of words, for any script. Texts that
 * share words, or forms of them, are near; it knows nothing of meaning.
 * @returns all zeros but one for a text without letters and digits, so that it has a length as well
 */
export function embed(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  const add = (feature: string, weight: number) => {
    const hash = fnv1a(feature);
    // One bit decides the sign, so that features that meet in one place cancel rather than add up.
    const at = (hash >>> 1) % dimensions;
    vector[at] = (vector[at] ?? 0) + (hash & 1 ? weight : -weight);
  };
  for (const [word] of text
    .normalize('NFKC')
    .toLowerCase()
    .matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    if (/\p{Script=Han}/u.test(word)) addGrams(word, hanGramLengths, 1, add);
    else {
      const weight = common.has(word) ? commonWeight : 1;
      add(`=${word}`, weight * wordWeight);
      addGrams(`<${word}>`, gramLengths, weight / Math.sqrt(word.length), add);
    }
  }
  return normalised(vector);
}

function addGrams(
  word: string,
  lengths: readonly number[],
  weight: number,
  add: (feature: string, weight: number) => void,
): void {
  const letters = Array.from(word);
  for (const length of lengths) {
    for (let at = 0; at + length <= letters.length; at++) {
      add(letters.slice(at, at + length).join(''), weight);
    }
  }
}

function normalised(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (length === 0) {
    vector[0] = 1;
    return vector;
  }
  return vector.map((value) => value / length);
}

/** FNV-1a over UTF-16 units, then mixed so that the low bits are as good as the high ones. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
