/** The recogniser writes in lower case. Punctuation would be a guess, which it leaves to the reader. */
export function written(words: string): string {
  return words.replace(/\bi\b/g, 'I').trim();
}

/** English is all that the model has. @param language a tag or a name; undefined leaves it to the recogniser */
export function isUnderstood(language: string | undefined): boolean {
  return language === undefined || /^en(?:glish)?\b/i.test(language);
}
