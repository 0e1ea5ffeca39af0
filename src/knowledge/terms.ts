import { isHan, terms } from '../offline/responder/words.ts';

/** More of a question than anybody says; what follows is left out. */
const mostAsked = 24;
const mostAskedChars = 4_000;
/** Short words have too much in common with too many others to be taken for them. */
const leastAlikeLetters = 5;

/** What a passage is about: stems of English words and pairs of Chinese characters, each once. */
export function termsOf(text: string): string[] {
  return [...terms(text)];
}

/** What a question asks about. Empty for small talk: there is nothing to look for. */
export function askedTerms(text: string): string[] {
  return termsOf(text.slice(-mostAskedChars)).slice(-mostAsked);
}

/** Whether a word that no document has may be another one, misheard. */
export function mayBeMisheard(term: string): boolean {
  return term.length >= leastAlikeLetters && !isHan(term) && /^\p{Script=Latin}+$/u.test(term);
}
