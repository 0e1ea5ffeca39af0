import { sentences } from '../speech/sentences.ts';
import { isHan, terms } from './words.ts';

/** What the user told of themselves, in their own words, oldest first. */
export type Recollection = { name: string | undefined; statements: string[] };

const notNames = new Set(
  'a an the not so very just here there from in at on going looking sorry sure fine good ok okay happy sad tired hungry afraid glad also really your my and but that it what'.split(
    ' ',
  ),
);
const nameSaid: readonly RegExp[] = [
  /\b[Mm]y name(?:'s| is| was)\s+(\p{L}[\p{L}'-]*(?: \p{Lu}[\p{L}'-]*)*)/u,
  /\b(?:i am|i'm) called\s+([\p{L}][\p{L}'-]*)/iu,
  /\b(?:call me|they call me|people call me)\s+([\p{L}][\p{L}'-]*)/iu,
  /\bI(?: am|'m)\s+(\p{Lu}[\p{L}'-]+)(?=[.,!]|$| and\b)/u,
];
const nameSaidChinese =
  /(?:我叫|我的名字叫|我的名字是|叫我)\s*([\p{Script=Han}A-Za-z]{1,8}?)(?=[，。！、,.!\s]|吧|$)/u;
/** Recognisers write no question marks. */
const questionStart =
  /^(?:(?:and|so|but|well|oh|please|hello|hi|hey|ok|okay)[, ]+)*(?:what|who|whom|whose|where|when|why|how|which|do|does|did|is|are|am|was|were|can|could|will|would|should|may|have|has|had|shall|tell me|show me|don't|doesn't|isn't|aren't)\b/i;

/** Letter by letter from the end: a pattern would try again at each of a thousand marks that end nothing. */
function withoutEnd(text: string, marks: string): string {
  let end = text.length;
  while (end > 0 && marks.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

export function isQuestion(text: string): boolean {
  const trimmed = text.trim();
  if (/[?？]\s*$/.test(trimmed)) return true;
  if (isHan(trimmed))
    return /[吗呢么]$|什么|谁|哪|几|多少|怎|为什么|是不是|有没有/u.test(
      withoutEnd(trimmed, '。！!.'),
    );
  return questionStart.test(trimmed);
}

/** @param said everything the user said before, oldest first */
export function recollect(said: readonly string[]): Recollection {
  const statements = said
    .flatMap((text) => sentences(text))
    .flatMap(clausesOf)
    .filter((clause) => !isQuestion(clause) && /\b(?:i|my|i'm|i've|our|we)\b|我/i.test(clause));
  const names = said.flatMap((text) => nameIn(text) ?? []);
  return { name: names.at(-1), statements };
}

/** "my name is john and i live in london" are two statements: what comes after "and" has a subject of its own. */
export function clausesOf(sentence: string): string[] {
  return sentence
    .split(/[,;]? (?:and|but) (?=(?:i|my|i'm|we|our|what|where|who|how|do|can)\b)|，(?=我)|[;；]/i)
    .map((clause) => withoutEnd(clause.trim(), '.!。！,，'))
    .filter((clause) => clause !== '')
    .map(withoutGreeting);
}

function withoutGreeting(clause: string): string {
  return clause.replace(
    /^(?:(?:hello|hi|hey|well|oh|so|yes|no|good (?:morning|evening|afternoon)|please remember that|remember that)[, ]+)+(?=\S)/i,
    '',
  );
}

/** The name that the user gives in a text. */
export function nameIn(text: string): string | undefined {
  const [, chinese] = nameSaidChinese.exec(text) ?? [];
  if (chinese !== undefined && !isQuestion(text)) return chinese;
  for (const pattern of nameSaid) {
    const [, name] = pattern.exec(text) ?? [];
    if (name !== undefined && !notNames.has(name.toLowerCase())) {
      return name.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
    }
  }
  return undefined;
}

/** @returns the newest of the statements that fit a question best; undefined when none has a word in common with it */
export function recall(question: string, statements: readonly string[]): string | undefined {
  const asked = terms(question);
  let best: { statement: string; shared: number } | undefined;
  for (const statement of statements) {
    const told = terms(statement);
    const shared = [...asked].filter((term) => told.has(term)).length;
    if (shared > 0 && shared >= (best?.shared ?? 0)) best = { statement, shared };
  }
  return best?.statement;
}
