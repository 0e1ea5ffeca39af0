import type { Persona } from './persona.ts';
import { endsHere, takesObject, tokensOf, wordAfter, wordBefore } from './tokens.ts';
import { isHan, words } from './words.ts';

/** "her" before one of these is a person, before any other word it is whose something is. */
const endsObject = new Set(
  'to for with of from by at on in into and or but when while because if as about that who how what is was the a an up down out away back again only now then'.split(
    ' ',
  ),
);
const adverbs = new Set(
  'never ever always still also often seldom sometimes now only then just once soon rarely even usually'.split(
    ' ',
  ),
);
/** A clause of its own follows: a name after one of these does something. */
const opensClause = new Set(
  'and but or because that when if as while so where who though although since until'.split(' '),
);
/** Present forms by which a sentence goes on about the same person: "taught physics and now runs the museum". */
const goesOn = new Set(
  (
    'is was has does breaks decides accepts offers keeps runs says tells loves likes hates knows thinks believes wants lives works reads writes makes takes gives ' +
    'gets sees hears feels looks seems comes goes sings plays laughs hums drinks eats sleeps walks rides sails fixes repairs builds ' +
    'carves teases admires teaches explains asks answers listens talks speaks jokes turns hides labels waters retells retains rumbles ' +
    'uses dreams hopes fears wears carries sells buys brews cooks bakes paints draws studies learns travels guards watches waits ' +
    'remembers forgets trusts helps needs owns finds holds leaves lets meets moves opens sits stands stays starts stops tries calls'
  ).split(' '),
);

/**
 * Lets a character say a sentence of its own backstory: "Maren keeps the light, and her cat outranks her" becomes
 * "I keep the light, and my cat outranks me". Quotations stay as they are.
 */
export function asSelf(sentence: string, { called, view }: Persona): string {
  return outsideQuotes(sentence, (text) => {
    if (isHan(text)) return asSelfChinese(text, called, view.person);
    switch (view.person) {
      case 'first':
        return text;
      case 'second':
        return secondToFirst(text);
      case 'third':
        return thirdToFirst(text, called, view.pronoun);
    }
  });
}

function asSelfChinese(text: string, called: readonly string[], person: string): string {
  let told = text;
  for (const name of called) told = told.replaceAll(name, '我');
  switch (person) {
    case 'second':
      return told.replace(/你(?!们)/g, '我');
    case 'third':
      return told.replace(/(?<!其)[她他](?!们|人)/g, '我');
    default:
      return told;
  }
}

function secondToFirst(text: string): string {
  const tokens = tokensOf(text);
  const told = tokens.map((token, i) => {
    const before = wordBefore(tokens, i);
    switch (token.toLowerCase()) {
      case 'you':
        return takesObject.has(before) || endsHere(tokens, i) ? 'me' : 'I';
      case "you're":
        return 'I am';
      case "you've":
        return 'I have';
      case 'your':
        return 'my';
      case 'yours':
        return 'mine';
      case 'yourself':
        return 'myself';
      case 'are':
        return before === 'you' ? 'am' : token;
      case 'were':
        return before === 'you' ? 'was' : token;
      default:
        return token;
    }
  });
  return capitalised(told.join(''));
}

function thirdToFirst(text: string, called: readonly string[], pronoun: string): string {
  const tokens = tokensOf(replaceNames(text, called, pronoun));
  // Whether the words so far are about the character, so that "and runs" goes on about it.
  let aboutSelf = false;
  const told = tokens.map((token, i) => {
    const word = token.toLowerCase();
    if (word === pronoun) {
      aboutSelf = true;
      return 'I';
    }
    if (/^(?:himself|herself|themselves)$/.test(word)) return 'myself';
    if (/^(?:hers|theirs)$/.test(word)) return 'mine';
    if (word === objectOf(pronoun) && isPerson(tokens, i, pronoun)) return 'me';
    if (word === ownOf(pronoun)) return isOwner(tokens, i) ? 'my' : 'mine';
    if (/^(?:it|they|he|she|we|there)$/.test(word) && beginsClause(tokens, i)) aboutSelf = false;
    const subject = subjectBefore(tokens, i);
    if (subject === pronoun) return firstForm(token, pronoun);
    const listed = /^(?:and|but|or)$/.test(subject) || /^,\s*$/.test(tokens[i - 1] ?? '');
    if (aboutSelf && listed && goesOn.has(word)) return firstForm(token, pronoun);
    return token;
  });
  return capitalised(told.join(''));
}

/** Names become the pronoun first, so that one rule does for both. */
function replaceNames(text: string, called: readonly string[], pronoun: string): string {
  if (called.length === 0) return text;
  const known = called.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const name = new RegExp(`(?<![\\p{L}-])(?:${known})('s|’s)?(?![\\p{L}-])`, 'gu');
  return text.replace(name, (whole: string, own: string | undefined, at: number) => {
    if (own !== undefined) return 'my';
    const before = text.slice(0, at).trimEnd();
    const [, word = ''] = /([\p{L}']+)$/u.exec(before) ?? [];
    const [next = ''] = words(text.slice(at + whole.length));
    const begins = before === '' || /[.,;:!?]$/.test(before) || opensClause.has(word.toLowerCase());
    return begins && !next.endsWith('ing') ? pronoun : 'me';
  });
}

function objectOf(pronoun: string): string {
  return pronoun === 'she' ? 'her' : pronoun === 'he' ? 'him' : 'them';
}

function ownOf(pronoun: string): string {
  return pronoun === 'she' ? 'her' : pronoun === 'he' ? 'his' : 'their';
}

function isPerson(tokens: readonly string[], i: number, pronoun: string): boolean {
  if (pronoun !== 'she') return true;
  const after = tokens[i + 1] ?? '';
  const next = wordAfter(tokens, i);
  return next === '' || !/^\s+$/.test(after) || endsObject.has(next) || next.endsWith('ly');
}

/** "his bridge", and not "the bridge is his". */
function isOwner(tokens: readonly string[], i: number): boolean {
  const next = wordAfter(tokens, i);
  return (
    next !== '' &&
    /^\s+$/.test(tokens[i + 1] ?? '') &&
    !/^(?:since|and|but|or|when|because|if|alone)$/.test(next)
  );
}

function beginsClause(tokens: readonly string[], i: number): boolean {
  const before = wordBefore(tokens, i);
  return before === '' || /[^\s]/.test(tokens[i - 1] ?? '') || opensClause.has(before);
}

/** The word that a verb at `i` belongs to, over adverbs. */
function subjectBefore(tokens: readonly string[], i: number): string {
  for (let at = i - 1; at >= 0; at--) {
    const token = (tokens[at] ?? '').toLowerCase();
    if (!/[\p{L}]/u.test(token)) {
      if (/[.;:!?()]/.test(token)) return '';
      continue;
    }
    if (adverbs.has(token) || token.endsWith('ly')) continue;
    return token;
  }
  return '';
}

/** "keeps" -> "keep", "is" -> "am". Past forms and what is no verb stay. */
function firstForm(verb: string, pronoun: string): string {
  const word = verb.toLowerCase();
  if (word === 'is' || (word === 'are' && pronoun === 'they')) return 'am';
  if (word === 'were' && pronoun === 'they') return 'was';
  if (adverbs.has(word)) return verb;
  if (word === 'has') return 'have';
  if (word === 'does') return 'do';
  if (word === "isn't") return 'am not';
  if (word === "doesn't") return "don't";
  if (word === 'was' || !/[^s]s$/.test(word) || word.length < 4) return verb;
  if (/[^aeiou]ies$/.test(word)) return `${verb.slice(0, -3)}y`;
  if (/(?:ss|sh|ch|x|zz|o)es$/.test(word)) return verb.slice(0, -2);
  return verb.slice(0, -1);
}

function outsideQuotes(text: string, change: (part: string) => string): string {
  return text
    .split(/("[^"]*"|“[^”]*”|「[^」]*」)/)
    .map((part, i) => (i % 2 === 1 || part === '' ? part : change(part)))
    .join('');
}

function capitalised(text: string): string {
  return text.replace(
    /^(\s*)(\p{Ll})/u,
    (_, space: string, letter: string) => space + letter.toUpperCase(),
  );
}
