import { factKey, plainKey } from '../../prompt/fact-key.ts';
import type { FactWish } from '../../prompt/facts.ts';
import type { SummaryWish } from '../../prompt/summary.ts';
import { sentences } from '../speech/sentences.ts';
import { kindOf } from './fact-kinds.ts';
import { clausesOf, isQuestion } from './recollection.ts';
import { isHan } from './words.ts';

/** What a user said, as a memory: in their own words, for it would be guessing to put it into others. */
const said = /^(?:The user said: "(.*)"|用户说：“(.*)”)$/u;

/** What the user said according to a memory of this responder's; undefined for any other text. */
export function saidIn(memory: string): string | undefined {
  const [, english, chinese] = said.exec(memory.trim()) ?? [];
  return english ?? chinese;
}

/** Worth keeping: who somebody is, has, likes, does, and what they ask to be remembered. */
const telling =
  /\b(?:my (?:\p{L}+ ){1,4}(?:is|are|was|were)\b|(?:i am|i'm|i was) (?!(?:not |just |so |very |going |trying |looking |here|fine|good|ok|okay|well|sorry|sure|ready|back|happy|glad)\b)|call me\b|i (?:have|own|live|work|study|play|love|like|prefer|hate|need|moved|grew|come|collect|speak|want to be|can't eat|don't (?:like|eat|drink))\b|i've (?:got|been)\b|i(?:'m| am) (?:allergic|afraid)\b)/iu;
const tellingChinese =
  /我(?:叫|的名字|是|有|住|来自|喜欢|最喜欢|爱|讨厌|不喜欢|不吃|在\P{Cc}{1,20}(?:工作|上班|上学)|今年|已经|对\P{Cc}{1,10}过敏|家|的\P{Cc}{1,12}(?:是|叫))/u;
const asked =
  /^(?:please |and |so |also )*(?:remember|don't forget|do not forget|never forget)(?: that)?[,:]? (.+)$/iu;
const askedChinese = /^(?:请|帮我)?(?:记住|记得|别忘了|不要忘记)[，,：:]?(.+)$/u;
const mostChars = 300;

/** The facts of a conversation, by rule, as a model would write them. @returns JSON */
export function drawnFacts({ turns, known, kinds }: FactWish): string {
  if (kinds) return JSON.stringify(factsByKind({ turns, known, kinds }));
  const facts = turns.flatMap(({ number, user }) =>
    user === null
      ? []
      : toldIn(user).map(({ text, isAsked }) => ({
          turn: number,
          key: factKey(text) ?? null,
          fact: saidBy(text),
          importance: isAsked || factKey(text) === 'name' ? 3 : 2,
        })),
  );
  return JSON.stringify(facts);
}

/** One fact of each kind that something was said of: of what there can be several, all of them. */
function factsByKind({
  turns,
  known,
  kinds,
}: Required<Pick<FactWish, 'turns' | 'known'>> & { kinds: readonly string[] }) {
  const told = turns.flatMap(({ number, user }) =>
    user === null ? [] : toldIn(user).map(({ text }) => ({ number, text })),
  );
  return kinds.flatMap((kind) => {
    const { isIt, isOne } = kindOf(kind);
    const said = told.filter(({ text }) => isIt(text));
    const last = said.at(-1);
    if (!last) return [];
    const before = known.flatMap(({ key, text }) =>
      key === plainKey(kind) ? (saidIn(text) ?? []) : [],
    );
    const texts = isOne ? [last.text] : [...before, ...said.map(({ text }) => text)];
    const fact = saidBy([...new Set(texts)].join(isHan(last.text) ? '；' : '; '));
    return [{ turn: last.number, key: kind, fact, importance: isOne ? 3 : 2 }];
  });
}

function saidBy(text: string): string {
  return isHan(text) ? `用户说：“${text}”` : `The user said: "${text}"`;
}

type Told = { text: string; isAsked: boolean };

function toldIn(text: string): Told[] {
  return sentences(text).flatMap((sentence): Told[] => {
    const bare = sentence.trim().replace(/[.!。！]+$/u, '');
    const [, remembered] = asked.exec(bare) ?? askedChinese.exec(bare) ?? [];
    if (remembered !== undefined && !isQuestion(remembered))
      return [{ text: remembered.trim().slice(0, mostChars), isAsked: true }];
    return clausesOf(sentence)
      .filter((clause) => !isQuestion(clause))
      .filter((clause) => (isHan(clause) ? tellingChinese : telling).test(clause))
      .map((clause) => ({ text: clause.slice(0, mostChars), isAsked: false }));
  });
}

const promising =
  /\b(?:i will|i'll|i promise|i shall|i am going to|i'm going to|let us|let's|you must|we agreed|i swear)\b|我会|我答应|我保证|一定|约定/iu;
const naming = /(?<=[\p{Ll},] )\p{Lu}\p{L}+|\d/u;
const mostLines = 40;
const mostLineChars = 200;

/** Notes of a conversation: its sentences with promises, with what users told of themselves, with names and numbers. */
export function extractedNotes({ before, said: since }: SummaryWish): string {
  const lines = before.split('\n').filter((line) => line.trim() !== '');
  for (const { who, text } of since) {
    for (const sentence of sentences(text)) {
      const weight = weightOf(sentence, who);
      const words = quoted(sentence);
      if (weight > 0) lines.push(who === 'User' ? saidBy(words) : `${who} said: "${words}"`);
    }
  }
  const all = [...new Set(lines)];
  const ranked = all.map((line, index) => ({ line, index, weight: weightOf(line, line) }));
  // Of those that are alike the newest stay, and what stays keeps its order.
  const kept = ranked
    .sort((a, b) => b.weight - a.weight || b.index - a.index)
    .slice(0, mostLines)
    .sort((a, b) => a.index - b.index);
  return kept.map(({ line }) => line).join('\n');
}

function weightOf(text: string, who: string): number {
  if (isQuestion(text)) return 0;
  if (promising.test(text)) return 3;
  const isTheirs = !who.startsWith('You');
  if (isTheirs && (telling.test(text) || tellingChinese.test(text))) return 3;
  return naming.test(text) ? 1 : 0;
}

function quoted(sentence: string): string {
  return sentence.trim().replaceAll('"', "'").slice(0, mostLineChars);
}
