import { isHan } from './words.ts';

/** What a request says can be done: the names in the schema of its `emit_actions`. */
export type Affordances = { actions: string[]; targets: string[] };
export type Step = { name: string; target?: string };

/** Verbs of one kind: an action called by one of them is meant by the others too. */
const kinds: readonly string[][] = [
  ['move to', 'go to', 'walk to', 'come to', 'head to', 'run to', 'go over to', 'come over to'],
  ['go', 'move', 'walk', 'come', 'come over'],
  ['pick up', 'take', 'grab', 'get', 'fetch', 'lift', 'pick'],
  ['drop', 'put down', 'release', 'let go of'],
  ['follow', 'come with', 'walk with'],
  ['wave', 'wave at', 'wave to', 'greet', 'say hello to'],
  ['give', 'hand', 'bring', 'serve', 'pass'],
  ['look at', 'look', 'watch', 'inspect', 'examine'],
  ['use', 'press', 'push', 'pull', 'activate', 'turn on', 'switch on'],
  ['open'],
  ['close', 'shut'],
  ['sit', 'sit down', 'take a seat'],
  ['stand', 'stand up', 'get up'],
  ['jump', 'hop'],
  ['dance'],
  ['stop', 'halt', 'wait'],
  ['走到', '去', '走去', '过去', '走向', 'move to', 'go to', 'walk to'],
  ['过来', '来这里', 'come', 'come over', 'move to'],
  ['拿起', '捡起', '拿', '捡', '取', 'pick up', 'take', 'grab'],
  ['放下', '丢下', 'drop', 'put down'],
  ['跟着', '跟上', '跟', 'follow'],
  ['挥手', '招手', '打招呼', 'wave', 'greet'],
  ['给', '递给', 'give', 'hand'],
  ['看', '看看', 'look at', 'look'],
  ['打开', '开', 'open'],
  ['关上', '关', 'close', 'shut'],
  ['坐下', '坐', 'sit', 'sit down'],
  ['站起来', 'stand', 'stand up'],
  ['跳舞', 'dance'],
  ['跳', 'jump'],
  ['停下', '停', 'stop', 'halt'],
];

/** To whom, they need not say. */
const comes = /^(?:come|come over|过来|来这里)$/;

const politeness =
  /^(?:(?:please|now|then|and|so|ok|okay|hey|well|just|first|finally|(?:can|could|would|will) you|i (?:want|need|would like) you to|i'd like you to|go and|go ahead and|try to|kindly)[ ,]+)+/;
const chinesePoliteness = /^(?:请|麻烦|帮我|帮忙|你|能不能|可以|能|现在|然后|再|，|\s)+/u;

/**
 * The steps that somebody asks for in so many words: "please go to the door and wave".
 * @returns undefined when nothing of the kind is asked; no steps when what is asked cannot be done
 */
export function stepsAskedFor(said: string, { actions, targets }: Affordances): Step[] | undefined {
  const text = said.toLowerCase().replaceAll('’', "'").trim();
  const verbs = verbsOf(actions);
  const steps: Step[] = [];
  let last: string | undefined;
  for (const clause of clausesOf(text)) {
    const bare = clause.replace(isHan(clause) ? chinesePoliteness : politeness, '');
    const verb = verbs.find(({ word }) => beginsWith(bare, word));
    if (!verb) {
      // "and quickly" or "my friend" adds nothing; a first clause without a verb is no request.
      if (steps.length === 0) return undefined;
      continue;
    }
    const rest = bare.slice(verb.word.length);
    const target =
      targetIn(rest, targets) ??
      (isThing(rest) ? (last ?? 'it') : comes.test(verb.word) ? 'me' : undefined);
    if (target === undefined && namesSomething(rest)) return [];
    last = target ?? last;
    steps.push(target === undefined ? { name: verb.action } : { name: verb.action, target });
  }
  return steps.length === 0 ? undefined : steps;
}

type Verb = { word: string; action: string };

/** Every word for a listed action; longer ones first, and an action's own name before those that mean the like. */
function verbsOf(actions: string[]): Verb[] {
  const own = actions.map((action) => ({ word: plain(action), action }));
  const alike = own.flatMap(({ word: name, action }) =>
    kinds
      .filter((kind) => kind.includes(name))
      .flatMap((kind) => kind.map((word) => ({ word, action }))),
  );
  const known = new Set<string>();
  return [...own, ...alike]
    .filter(({ word }) => word !== '' && !known.has(word) && known.add(word))
    .sort((one, other) => other.word.length - one.word.length);
}

function clausesOf(text: string): string[] {
  return text
    .split(/[.!?;,，。！？；、]|\b(?:and then|and|then)\b|然后|接着|并且/u)
    .map((clause) => clause.trim())
    .filter((clause) => clause !== '');
}

/** The first listed name in it, whole; "me" and "it" are left to whoever knows what they are. */
function targetIn(rest: string, targets: string[]): string | undefined {
  const text = ` ${plain(rest)} `;
  const found = targets
    .map((target) => ({ target, at: at(text, plain(target)) }))
    .filter(({ at: place }) => place >= 0)
    .sort((one, other) => one.at - other.at || other.target.length - one.target.length);
  const [first] = found;
  if (first) return first.target;
  return /\b(?:me|here)\b|我/u.test(text) ? 'me' : undefined;
}

function at(text: string, name: string): number {
  const short = name.replace(/\s*\(.*$/, '');
  if (short === '') return -1;
  return text.indexOf(isHan(short) ? short : ` ${short} `);
}

const isThing = (rest: string) => /\b(?:it|that|this|there|them)\b|它|那个|这个|那里/u.test(rest);

/** Something stands behind the verb that is none of the small words which may stand there. */
function namesSomething(rest: string): boolean {
  if (isThing(rest)) return false;
  const left = plain(rest)
    .replace(
      /\b(?:the|an?|to|at|for|with|up|down|over|please|now|again|once|more|quickly|slowly|your|hands?|hello|away|around|will|you|can|could|on|in|of)\b/g,
      '',
    )
    .replace(/[吧啊呀了一下好吗请到在手\s]/gu, '');
  return left !== '';
}

function beginsWith(text: string, word: string): boolean {
  if (!text.startsWith(word)) return false;
  const next = text.charAt(word.length);
  return next === '' || isHan(word) || !/[\p{L}\p{N}'-]/u.test(next);
}

const plain = (name: string) =>
  name
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();
