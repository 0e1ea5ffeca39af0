import * as z from 'zod';

/*
 * What clients write ends up in prompts, in the database and on other wires. Control characters have no business in any
 * of them, and half a surrogate pair makes a request that some providers refuse.
 */

/** Without control characters but tab and line feed; every other line break becomes a line feed. */
export function plainText(text: string): string {
  return text
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/(?![\n\t])\p{Cc}/gu, '')
    .replace(/\p{Surrogate}/gu, '\ufffd');
}

/** The same in one line: what it becomes part of cannot be broken out of by a line break. */
export function plainLine(text: string): string {
  return plainText(text).replace(/\s+/g, ' ').trim();
}

/** The end of a text. @param mostChars UTF-16 units; one less where the first character would be cut in two */
export function endOf(text: string, mostChars: number): string {
  return text.slice(-mostChars).replace(/^[\uDC00-\uDFFF]/, '');
}

/** @param mostChars UTF-16 units, before cleaning */
export const PlainText = (mostChars: number) => z.string().max(mostChars).transform(plainText);

export const PlainLine = (mostChars: number) => z.string().max(mostChars).transform(plainLine);

/** As `PlainText`, trimmed; nothing but blanks is refused. */
export const SomeText = (mostChars: number) =>
  z
    .string()
    .max(mostChars)
    .transform((text) => plainText(text).trim())
    .refine((text) => text !== '', { error: 'must not be empty' });
