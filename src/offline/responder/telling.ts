import type { Fact } from './persona.ts';
import { chinese, type Phrases } from './phrases.ts';
import { asSelf } from './point-of-view.ts';
import { addressed } from './said-back.ts';
import { search } from './search.ts';
import type { Situation } from './situation.ts';
import { isHan } from './words.ts';

/** A sentence shorter than this is not much of an answer: the one after it is told as well. */
const shortAnswerChars = 70;
export function introduction(situation: Situation, count: number): string {
  const { persona, phrases } = situation;
  const own = persona.facts.filter(({ about }) => about === 'self').slice(0, count);
  if (persona.name === undefined) return phrases.noModel(undefined);
  return [phrases.iAm(persona.name), ...own.map((fact) => spoken(fact, situation))].join(
    separator(phrases),
  );
}

/** What the prompt says of one kind of thing, at most three sentences of it. */
export function tell(
  situation: Situation,
  about: Fact['about'],
  question?: string,
): string | undefined {
  const kind = situation.persona.facts.filter((fact) => fact.about === about);
  const facts =
    question === undefined
      ? kind.slice(0, 3)
      : search(question, kind, situation.selfNames)
          .slice(0, 1)
          .map(({ fact }) => fact);
  if (facts.length === 0) return undefined;
  return facts.map((fact) => spoken(fact, situation)).join(separator(situation.phrases));
}

export function told(fact: Fact, index: number, situation: Situation): string {
  const text = spoken(fact, situation);
  const next = situation.persona.facts[index + 1];
  if (text.length >= shortAnswerChars || isHan(text) || next?.about !== fact.about) return text;
  return [text, spoken(next, situation)].join(separator(situation.phrases));
}

export function nextFact(situation: Situation): string {
  const { persona, phrases } = situation;
  const own = persona.facts.filter(({ about }) => about === 'self' || about === 'knowledge');
  const lastTold = own.findLastIndex((fact) => wasLast(fact, situation));
  const next = own[lastTold + 1];
  return next ? spoken(next, situation) : phrases.noMore;
}

export function wasLast(fact: Fact, { lastAnswer, persona }: Situation): boolean {
  return lastAnswer?.includes(asSelf(fact.text, persona)) ?? false;
}

/** In the character's own mouth; what is in another script than the listener's is announced. */
export function spoken(fact: Fact, { persona, phrases }: Situation): string {
  const text =
    fact.about === 'self' || fact.about === 'now'
      ? asSelf(fact.text, persona)
      : fact.about === 'earlier'
        ? addressed(fact.text)
        : fact.text;
  return isHan(text) === (phrases === chinese) ? text : `${phrases.inOtherWords} ${text}`;
}

export function separator(phrases: Phrases): string {
  return phrases === chinese ? '' : ' ';
}
