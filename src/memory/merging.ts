import type { Memory, NewMemory } from './memory.ts';
import { withFewMarks } from '../protocol/letter-marks.ts';

type Known = Pick<Memory, 'id' | 'key' | 'text' | 'saidAt'>;

/**
 * Which of the memories a new one takes the place of: the one of the same key, for there can be only one of it, or one
 * that says the same.
 * @returns `stale` when something newer is known already
 */
export function placeOf(
  known: readonly Known[],
  given: Pick<NewMemory, 'key' | 'text' | 'saidAt'>,
): Known | 'stale' | undefined {
  const sameKey = given.key === null ? undefined : known.find(({ key }) => key === given.key);
  const same = sameKey ?? known.find(({ text }) => likeness(text) === likeness(given.text));
  return same && same.saidAt > given.saidAt ? 'stale' : same;
}

/** What is left of a text when only its words count. */
function likeness(text: string): string {
  return withFewMarks(text)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
