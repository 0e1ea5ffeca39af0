import { meaningOf, type Meaning } from './intents.ts';
import { readPersona, type Persona } from './persona.ts';
import { chinese, english, type Phrases } from './phrases.ts';
import { recollect, type Recollection } from './recollection.ts';
import { saidIn } from './remembering.ts';
import { isHan, words } from './words.ts';

export type ResponderMessage = { role: 'system' | 'user' | 'assistant'; content: string };

/** Everything an answer is made from. */
export type Situation = {
  persona: Persona;
  /** In lower case, to be left out of searches: a question's "Maren" says nothing about which of her sentences is meant. */
  selfNames: ReadonlySet<string>;
  user: Recollection;
  /** What the user said, oldest first, without the last. */
  before: string[];
  lastAnswer: string | undefined;
  said: string;
  meaning: Meaning;
  phrases: Phrases;
};

export function situationOf(messages: readonly ResponderMessage[]): Situation {
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const persona = readPersona(system.join('\n\n'));
  const remembered = persona.facts.flatMap(({ text, about }) =>
    about === 'earlier' ? (saidIn(text) ?? []) : [],
  );
  const said = messages.filter(({ role }) => role === 'user').map(({ content }) => content.trim());
  const asked = messages.at(-1)?.role === 'user';
  const current = asked ? (said.at(-1) ?? '') : '';
  const before = asked ? said.slice(0, -1) : said;
  const language = current === '' ? (persona.facts[0]?.text ?? persona.name ?? '') : current;
  return {
    persona,
    selfNames: new Set(persona.called.filter((name) => name !== persona.name).flatMap(words)),
    user: recollect([...remembered, ...before, current]),
    before,
    lastAnswer: messages.findLast(({ role }) => role === 'assistant')?.content,
    said: current,
    meaning: meaningOf(current),
    phrases: isHan(language) ? chinese : english,
  };
}
