/** Words that a person comes before or after as an object: "to her", "trusts you". */
export const takesObject = new Set(
  (
    'to for with of from by at on about around like than after before near behind beside without against past ' +
    'calls call called gives give gave told tell tells taught teach trusts trust trusted loves love loved let lets made make ' +
    'makes helps help helped knows know knew asks ask asked left see sees saw meet met find found needs need want wants thank thanks'
  ).split(' '),
);

/** Words and what is between them, in turns. */
export function tokensOf(text: string): string[] {
  return text
    .replaceAll('’', "'")
    .split(/([^\p{L}\p{N}']+)/u)
    .filter((token) => token !== '');
}

/** In lower case; empty where the text begins. */
export function wordBefore(tokens: readonly string[], i: number): string {
  return (tokens[i - 2] ?? '').toLowerCase();
}

/** In lower case; empty where the text ends. */
export function wordAfter(tokens: readonly string[], i: number): string {
  return (tokens[i + 2] ?? '').toLowerCase();
}

/** Whether a clause ends with the word at `i`. */
export function endsHere(tokens: readonly string[], i: number): boolean {
  return wordAfter(tokens, i) === '' || /[^\s]/.test(tokens[i + 1] ?? '');
}
