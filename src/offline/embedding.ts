import { withFewMarks } from '../protocol/letter-marks.ts';

/** A whole word says more than a piece of it, its beginning more than its end: forms of a word share that. */
const wordWeight = 1.5;
const beginningWeight = 1;
const beginningLetters = 4;
const gramLetters = 3;
/** In Chinese a pair of characters is about a word; one character is part of many. */
const pairWeight = 1;
const characterWeight = 0.5;
/** What nearly every sentence has tells nothing about it. */
const commonWeight = 0.1;
const commonCharacters = /[的了吗呢啊吧是在有和我你他她它们这那个不一也都很就什么]/u;
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
  for (const [word] of withFewMarks(text)
    .normalize('NFKC')
    .toLowerCase()
    .matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    if (/\p{Script=Han}/u.test(word)) addCharacters(word, add);
    else addWord(word, add);
  }
  return normalised(vector);
}

type Add = (feature: string, weight: number) => void;

function addWord(word: string, add: Add): void {
  const weight = common.has(word) ? commonWeight : 1;
  add(`=${word}`, weight * wordWeight);
  add(`^${word.slice(0, beginningLetters)}`, weight * beginningWeight);
  const grams = slices(Array.from(`<${word}>`), gramLetters);
  for (const gram of grams) add(gram, weight / Math.sqrt(grams.length));
}

function addCharacters(word: string, add: Add): void {
  for (const [length, weight] of [
    [1, characterWeight],
    [2, pairWeight],
  ] as const) {
    for (const gram of slices(Array.from(word), length)) {
      add(gram, commonCharacters.test(gram) ? weight * commonWeight * length : weight);
    }
  }
}

function slices(letters: readonly string[], length: number): string[] {
  const count = Math.max(0, letters.length - length + 1);
  return Array.from({ length: count }, (_, at) => letters.slice(at, at + length).join(''));
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
