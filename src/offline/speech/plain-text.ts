/**
 * A text that espeak-ng speaks as it stands: it reads marks between angle brackets, entities and phoneme codes in
 * double square brackets as orders. Each character stays one character, so that positions in it hold.
 */
export function plainText(text: string): string {
  return text
    .replaceAll('[[', '[ ')
    .replaceAll('<', '＜')
    .replace(/&(?=#?\w+;)/g, '＆')
    .replaceAll('\0', ' ');
}
