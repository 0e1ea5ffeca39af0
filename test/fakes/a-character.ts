import { Character } from '../../src/protocol/character.ts';

/** A character of which only what matters to a test is said. */
export function aCharacter(changes: Partial<Character> = {}): Character {
  return Character.parse({
    id: '11111111-1111-4111-8111-111111111111',
    number: 101,
    name: 'Ada',
    backstory: '',
    greeting: '',
    voice: null,
    language: 'en-US',
    ...changes,
  });
}
