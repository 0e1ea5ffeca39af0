import type { Character } from '../protocol/character.ts';

/** Voices are OpenAI's names; the offline voices answer to them as well. */
export const seeds: Omit<Character, 'id'>[] = [];
