import { terms } from './words.ts';

/** A function that the responder may call. @property parameters by name; `isRequired` ones must be found in the words */
export type Callable = {
  name: string;
  description: string;
  parameters: { name: string; isText: boolean; isRequired: boolean }[];
};

export type MadeCall = { name: string; json: string };

/** What the descriptions of functions have in common, and what says nothing about which is meant. */
const common = terms(
  'function returns return gets get fetches fetch current given look looks up call when user asks about information ' +
    'finds find data of the name for its please what which can you know tell',
);

/**
 * The function that the words ask for: the one whose name and description have most words in common with them. Its texts
 * are filled with what is named in the words: in quotation marks, by a capital letter, or behind a preposition.
 * @returns undefined when none fits, or a required argument is not there to be read
 */
export function callFor(said: string, callables: readonly Callable[]): MadeCall | undefined {
  const wanted = [...terms(said)].filter((term) => !common.has(term));
  let best: { callable: Callable; score: number } | undefined;
  for (const callable of callables) {
    const about = terms(`${callable.name.replace(/[_-]+/g, ' ')} ${callable.description}`);
    const score = wanted.filter((term) => about.has(term)).length;
    if (score > (best?.score ?? 0)) best = { callable, score };
  }
  if (!best) return undefined;
  const { name, parameters } = best.callable;
  const named = namedIn(said);
  const args: Record<string, string> = {};
  for (const parameter of parameters) {
    const value = parameter.isText ? named.shift() : undefined;
    if (value !== undefined) args[parameter.name] = value;
    else if (parameter.isRequired) return undefined;
  }
  return { name, json: JSON.stringify(args) };
}

function namedIn(said: string): string[] {
  const quoted = [...said.matchAll(/["“「『]([^"”」』]{1,100})["”」』]/g)];
  const after = [...said.matchAll(/\b(?:in|for|of|at|about|to)\s+(?:the\s+)?([\p{L}\p{N}'-]+)/giu)];
  const capital = [...said.matchAll(/(?<=\s)(\p{Lu}[\p{L}'-]+)/gu)];
  const found = [...quoted, ...capital, ...after].map(([, text = '']) => text);
  return [...new Set(found)];
}

/** What a call returned, in a sentence: the responder reads it out and makes nothing of it. */
export function resultWords(result: string): string {
  const text = result.replace(/\s+/g, ' ').trim();
  try {
    return flat(JSON.parse(text)).slice(0, 400);
  } catch {
    return text.slice(0, 400);
  }
}

function flat(value: unknown): string {
  if (Array.isArray(value)) return value.map(flat).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, item]) => `${key.replace(/[_-]+/g, ' ')}: ${flat(item)}`)
    .join(', ');
}
