/**
 * A text whose letters have at most thirty marks each, as the Stream-Safe Text Format has it (Unicode, UAX #15): putting
 * marks into their order takes a time that grows with the square of their number, and strangers send thousands.
 */
export function withFewMarks(text: string): string {
  return text.replace(/(\p{M}{30})\p{M}+/gu, '$1');
}
