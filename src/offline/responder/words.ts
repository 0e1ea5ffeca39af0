import { withFewMarks } from '../../protocol/letter-marks.ts';

/** Words that tell nothing about what a sentence is about. Question words are among them: see `search.ts`. */
const empty = new Set(
  (
    'a an the and or but so if then than that this these those there here as of in on at to for from with by about into ' +
    'over under up down out off is are was were be been being am do does did done have has had will would can could should ' +
    'may might must shall not no yes i you he she it we they me him her us them my your his its our their mine yours hers ' +
    'ours theirs myself yourself himself herself itself what who whom whose which when where why how please tell know say ' +
    'said says think let just very really quite too also well now some any all every each much many more most lot thing ' +
    'something anything old age year hello hi hey ok okay oh um uh er like get got go going give make talk speak let us lets ' +
    "i'm you're it's that's what's don't can't i've i'd i'll mr mrs"
  ).split(' '),
);

/** Said of one thing, understood of the other: what people ask, and how backstories say it. */
const related: readonly string[][] = [
  ['live', 'house', 'born', 'village'],
  ['work', 'job', 'trade', 'profession', 'keep', 'run', 'engineer', 'teach', 'taught', 'shop'],
  ['fear', 'afraid', 'scared', 'frightened'],
  [
    'family',
    'brother',
    'sister',
    'mother',
    'father',
    'grandmother',
    'grandfather',
    'daughter',
    'son',
    'wife',
    'husband',
  ],
  ['pet', 'animal', 'cat', 'dog', 'horse', 'bird'],
  ['dream', 'wish', 'hope', 'goal'],
  ['favourite', 'favorite', 'love', 'best', 'enjoy'],
  ['hobby', 'evening', 'free', 'carve', 'hum', 'garden', 'play'],
  ['drink', 'tea', 'coffee', 'beer', 'wine'],
  ['boat', 'ship', 'ferry', 'trawler'],
  ['hate', 'dislike', 'grudge'],
  ['color', 'colour'],
  ['friend', 'trust'],
  ['toll', 'price', 'cost', 'pay', 'coin'],
  ['外婆', '家人', '家里', '父母', '妈妈', '爸爸', '哥哥', '妹妹'],
  ['猫', '宠物', '动物'],
  ['心愿', '愿望', '梦想'],
  ['住', '巷子', '哪里', '哪儿', '在哪'],
  ['工作', '职业', '编辑', '掌柜'],
];

const relatedTo = new Map<string, Set<string>>();
for (const group of related) {
  const stems = group.map((word) => (isHan(word) ? word : stem(word)));
  for (const one of stems) {
    const known = relatedTo.get(one) ?? new Set();
    for (const other of stems) known.add(other);
    relatedTo.set(one, known);
  }
}

export function isHan(text: string): boolean {
  return /\p{Script=Han}/u.test(text);
}

/** Lower-case words of a text with any script; an apostrophe inside a word is part of it. */
export function words(text: string): string[] {
  return (
    withFewMarks(text)
      .normalize('NFKC')
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{N}\p{M}]+(?:'[\p{L}]+)*/gu) ?? []
  );
}

/** What a text is about: stems of words, and pairs of characters for Chinese, each once. */
export function terms(text: string): Set<string> {
  const found = new Set<string>();
  for (const word of words(text)) {
    if (isHan(word)) for (const pair of hanPairs(word)) found.add(pair);
    else if (!empty.has(word)) found.add(stem(word));
  }
  return found;
}

/** Terms that mean nearly the same, without the term itself. */
export function relatives(term: string): string[] {
  return [...(relatedTo.get(term) ?? [])].filter((other) => other !== term);
}

/** Forms of one English word meet: lives, lived, living -> liv. Crude on purpose; both sides go through it. */
function stem(word: string): string {
  const bare = word.replace(/'s?$/, '');
  if (bare.length <= 3) return bare;
  return bare
    .replace(/(?:ies|ied)$/, 'y')
    .replace(/(?:sses|shes|ches|xes)$/, (end) => end.slice(0, -2))
    .replace(/(?<=[^aeiou]{1,3}[aeiouy].{0,12})(?:ing|ed)$|(?<=..)(?:ing|ed)$/, '')
    .replace(/(?<=[^su])s$/, '')
    .replace(/([bdgmnprt])\1$/, '$1')
    .replace(/e$/, '')
    .replace(/(?<=.{3})i$/, 'y');
}

const hanEmpty = /[的了吗呢啊吧是在有和我你他她它们什么怎样请问就也都很这那个不]/gu;

function hanPairs(word: string): string[] {
  const parts = word.split(hanEmpty).filter((part) => part !== '');
  return parts.flatMap((part) => {
    const letters = Array.from(part);
    if (letters.length === 1) return letters;
    return letters.slice(1).map((letter, i) => `${letters[i] ?? ''}${letter}`);
  });
}
