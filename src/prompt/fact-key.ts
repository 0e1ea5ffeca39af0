/** What a text says something of that there is one of: the pattern, and the key that its match makes. */
type Rule = [RegExp, (match: RegExpExecArray) => string];

const mostChars = 80;
const owner = "(?:my|our|(?:the user|their|his|her)(?:'s|’s)?)";
const thing = '((?:[\\p{L}-]+ ){0,3}[\\p{L}-]+?)';
/** Of these one has one; "my dog is hungry" says nothing that "my dog is old" replaces. */
const single =
  '(?:job|profession|work|birthday|age|hometown|home town|address|wife|husband|partner|boss|nationality|native language)';
const of = (match: RegExpExecArray) => match[1] ?? '';

const rules: readonly Rule[] = [
  [new RegExp(`\\b${owner} (?:first |full |real )?name(?:'s|’s| is| was)\\b`, 'iu'), () => 'name'],
  [/\b(?:i am|i'm|the user is) called\b|\bcall me\b/iu, () => 'name'],
  [new RegExp(`\\b${owner} ${thing}(?:'s|’s) name is\\b`, 'iu'), (match) => `${of(match)} name`],
  [
    new RegExp(`\\b${owner} ${thing} (?:is|are|was|were) (?:called|named)\\b`, 'iu'),
    (match) => `${of(match)} name`,
  ],
  [
    new RegExp(`\\b${owner} favou?rite ${thing} (?:is|are|was)\\b`, 'iu'),
    (match) => `favourite ${of(match)}`,
  ],
  [new RegExp(`\\b${owner} (${single}) (?:is|was)\\b`, 'iu'), of],
  [/\b(?:i|the user) (?:now )?(?:lives?|moved) (?:in|to)\b/iu, () => 'home'],
  [/\b(?:i|the user) (?:now )?works? (?:as|at|for|in)\b/iu, () => 'work'],
  [/\b(?:i am|i'm|the user is) (?:now )?[\w-]+ years old\b/iu, () => 'age'],
  [/(?:我叫|我(?:的)?名字(?:是|叫)|用户(?:的名字)?叫|叫我)/u, () => 'name'],
  [/(?:我|用户)最喜欢的(\p{Script=Han}{1,6}?)是/u, (match) => `favourite ${of(match)}`],
  [/(?:我|用户)(?:的|家的?)(\p{Script=Han}{1,6}?)(?:名字)?叫/u, (match) => `${of(match)} name`],
  [/(?:我|用户)(?:现在)?(?:住在|搬到)/u, () => 'home'],
  [/(?:我|用户)(?:今年|已经)?[\d一二三四五六七八九十百]+岁/u, () => 'age'],
  [/(?:我|用户)在\P{Cc}{1,20}(?:工作|上班)/u, () => 'work'],
];

/**
 * What a fact is the newest of: "my dog is called Max" and "The user's dog is called Rex." both say what `dog name` is.
 * @returns undefined for what may be true beside anything else
 */
export function factKey(text: string): string | undefined {
  for (const [pattern, key] of rules) {
    const match = pattern.exec(text);
    if (match) return plainKey(key(match));
  }
  return undefined;
}

/** A key as it is compared, however a model wrote it. @returns undefined when nothing is left */
export function plainKey(given: string): string | undefined {
  const key = given
    .toLowerCase()
    .replace(/[_\s]+/g, ' ')
    .replace(/[’']s\b/g, '')
    .replace(/^(?:the )?(?:user|player) (?=\S)/, '')
    .replace(/\bfavorite\b/g, 'favourite')
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .trim()
    .slice(0, mostChars);
  return key === '' ? undefined : key;
}
