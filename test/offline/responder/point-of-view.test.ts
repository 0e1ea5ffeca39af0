import { describe, expect, it } from 'vitest';
import { readPersona } from '../../../src/offline/responder/persona.ts';
import { asSelf } from '../../../src/offline/responder/point-of-view.ts';

const inOwnMouth = (name: string, backstory: string, sentence: string) =>
  asSelf(sentence, readPersona(`You are ${name}.\n${backstory}`));

describe('a backstory in the first person', () => {
  const maren = 'Maren Holt is a keeper. She has a cat. Her cat is old.';
  it.each([
    ['Maren keeps the light and her cat outranks her.', 'I keep the light and my cat outranks me.'],
    ['She taught physics and now runs a museum.', 'I taught physics and now run a museum.'],
    [
      'She never gives advice, laughs loudly, and teases people.',
      'I never give advice, laugh loudly, and tease people.',
    ],
    ["Maren's radio is older than she is.", 'My radio is older than I am.'],
    ['The Alma was saved by Maren.', 'The Alma was saved by me.'],
    ['The captain trusts her with the ship.', 'The captain trusts me with the ship.'],
    ['She is proud of it and does not know why.', 'I am proud of it and do not know why.'],
    ['She says: “She goes, her way.”', 'I say: “She goes, her way.”'],
    ['The light was always hers.', 'The light was always mine.'],
  ])('says "%s"', (sentence, said) => {
    expect(inOwnMouth('Maren Holt', maren, sentence)).toBe(said);
  });

  it('knows a first name that only the prose has, and no title as a name', () => {
    const ada = 'Ada Okonkwo taught in Lagos. She is kind.';
    expect(
      inOwnMouth('Professor Okonkwo', ada, 'Ada laughs, and the professor in her is glad.'),
    ).toBe('I laugh, and the professor in me is glad.');
  });

  it('may be written to "you"', () => {
    const baker = 'You bake bread. Your shop is small. You are old.';
    expect(inOwnMouth('Tom', baker, 'You are sure that your dog likes to follow you.')).toBe(
      'I am sure that my dog likes to follow me.',
    );
  });

  it('or already as "I"', () => {
    expect(inOwnMouth('Tom', 'I bake bread. My shop is small.', 'I know her well.')).toBe(
      'I know her well.',
    );
  });
});
