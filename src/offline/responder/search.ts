import type { Fact } from './persona.ts';
import { isHan, relatives, terms, words } from './words.ts';

/** What kind of answer a question wants, and how a sentence that gives it looks. */
type Kind = {
  asked: RegExp;
  answers: RegExp;
  /** Questions whose own words say nothing: the form of the answer is enough, in what the character is. */
  formIsEnough?: RegExp;
};
const numbers =
  '(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|(?:\\w+ )?hundred)';
const kinds: readonly Kind[] = [
  {
    asked: /\bhow old\b|\byour age\b|多大|几岁|年纪/i,
    answers: new RegExp(
      `\\b(?:is|am|you are|they are|aged) (?:\\d+|${numbers})\\b|\\bof (?:\\d+|${numbers})(?:[ -]\\w+){0,4} years\\b|\\byears old\\b|岁`,
      'i',
    ),
    formIsEnough: /\bhow old are you\b|\byour age\b|你(?:今年)?(?:多大|几岁)|年纪/i,
  },
  {
    asked: /\bhow (?:many|much)\b|\bwhat number\b|几|多少/i,
    answers: new RegExp(`\\d|\\b${numbers}\\b|[一二两三四五六七八九十百]`, 'i'),
  },
  {
    asked: /\bwhere\b|\bwhich (?:place|town|village|country|city)\b|哪里|哪儿|在哪/i,
    answers: /\b(?:[Ii]n|[Aa]t|[Oo]n|near|from|of) (?:the )?\p{Lu}\p{L}+|在/u,
    formIsEnough:
      /\bwhere (?:do|are|did) you (?:live|come from|stay|from|living|work)\b|你(?:住|来自|在)(?:哪里|哪儿|什么地方)/i,
  },
  {
    asked: /\bwhen\b|\bhow long\b|什么时候|多久/i,
    answers:
      /\d|\b(?:years?|winter|summer|spring|autumn|sunday|monday|morning|evening|day|month|week|at \w+teen)\b|年|天|月/i,
  },
  { asked: /\bwhy\b|为什么/i, answers: /\bbecause\b|\bsince\b|\bso that\b|因为|所以/i },
];
const bonus = 0.6;
/** How much a word counts that only means nearly the same. */
const relatedWeight = 0.6;
/** Of two that fit alike, the one told first is the more important one. */
const laterCostsLess = 0.002;

export type Found = { fact: Fact; index: number; score: number };

/**
 * The facts that share rare words with a question, best first.
 * @returns only those that really have something in common with it; scores of 1 and above are good
 */
export function search(
  question: string,
  facts: readonly Fact[],
  selfNames: ReadonlySet<string>,
): Found[] {
  const asked = [...terms(question)].filter((term) => !selfNames.has(term));
  const wants = kinds.filter((kind) => kind.asked.test(question));
  const formIsEnough = wants.some((kind) => kind.formIsEnough?.test(question));
  const texts = facts.map((fact) => terms(fact.text));
  const rarity = (term: string) => {
    const having = texts.filter((text) => text.has(term)).length;
    return having === 0 ? 0 : Math.log(1 + facts.length / having) / Math.log(1 + facts.length);
  };
  return facts
    .map((fact, index): Found => {
      const text = texts[index] ?? new Set();
      let score = 0;
      for (const term of asked) {
        if (text.has(term)) score += weight(term) * (0.5 + rarity(term));
        else if (relatives(term).some((other) => text.has(other))) score += relatedWeight;
      }
      const fits = wants.some((kind) => kind.answers.test(fact.text));
      if (fits && (score > 0 || (formIsEnough && fact.about === 'self'))) score += bonus;
      return { fact, index, score: score - (score > 0 ? index * laterCostsLess : 0) };
    })
    .filter(({ score }) => score >= 0.5)
    .sort((a, b) => b.score - a.score);
}

/** A single character of Chinese is in many words. */
function weight(term: string): number {
  return isHan(term) && term.length === 1 ? 0.3 : 1;
}

/** Names and rare things of the backstory that one could ask about. */
export function topics(
  facts: readonly Fact[],
  selfNames: ReadonlySet<string>,
  atMost: number,
): string[] {
  const found = new Set<string>();
  for (const { text, about } of facts) {
    if (about !== 'self' && about !== 'knowledge') continue;
    const quoted = isHan(text)
      ? text.matchAll(/“([^”]{1,8})”/g)
      : text.matchAll(/(?<=[\p{Ll},] )((?:\p{Lu}[\p{L}'-]+)(?: (?:of |the )?\p{Lu}[\p{L}'-]+)*)/gu);
    for (const [, topic = ''] of quoted) {
      const own = words(topic).some((word) => selfNames.has(word));
      if (!own && !/^(?:I|She|He|They|It|The)$/.test(topic) && !/[。，！？]/.test(topic))
        found.add(topic);
    }
  }
  return [...found].slice(0, atMost);
}
