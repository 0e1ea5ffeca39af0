import { createHash, randomBytes } from 'node:crypto';

/** Longer texts are no keys of ours and are not worth hashing. */
const maxKeyChars = 512;

/** A new key: 256 random bits, recognisable as ours in a leaked file. */
export function makeKey(): string {
  return `parley_${randomBytes(32).toString('base64url')}`;
}

/** What is stored of a key. Keys are random, so a slow hash would protect nothing more. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** The first characters, to recognise a key in a list; never enough to use or to guess it. */
export function keyPrefix(key: string): string {
  return key.slice(0, Math.min(12, Math.floor(key.length / 3)));
}

/** Whether `key` may be one at all. */
export function isPlausible(key: string): boolean {
  return key.length > 0 && key.length <= maxKeyChars;
}
