import { withFewMarks } from '../protocol/letter-marks.ts';

/** What people say while they think, and what a recogniser hears at one time and not at another. */
const fillers = new Set('um umm uh uhh er erm eh ah hm hmm mm mmm mhm 嗯 呃 啊 哦 噢'.split(' '));
/** An answer is the same with and without them, and recognisers guess them. */
const articles = new Set(['a', 'an', 'the']);
/** Written either way, by the same recogniser even. */
const numerals = new Map(
  'zero one two three four five six seven eight nine ten eleven twelve'
    .split(' ')
    .map((word, number) => [word, String(number)]),
);

/**
 * Whether an answer to the one text is an answer to the other: the same words in the same order, whatever their case,
 * punctuation, fillers and articles. Chinese is compared by its characters.
 */
export function agreeInSubstance(one: string, other: string): boolean {
  if (one === other) return true;
  const words = substanceOf(one);
  const others = substanceOf(other);
  return (
    words.length > 0 &&
    words.length === others.length &&
    words.every((word, at) => word === others[at])
  );
}

function substanceOf(text: string): string[] {
  return withFewMarks(text)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{L}\p{N}]['’ʼ](?=\p{L})/gu, (pair) => pair.slice(0, 1))
    .replace(/\p{Script=Han}/gu, ' $& ')
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => word !== '' && !fillers.has(word) && !articles.has(word))
    .map((word) => numerals.get(word) ?? word);
}
