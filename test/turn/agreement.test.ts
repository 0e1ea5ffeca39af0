import { describe, expect, it } from 'vitest';
import { agreeInSubstance } from '../../src/turn/agreement.ts';

describe('two transcripts', () => {
  it.each([
    ['where is the harbour', 'Where is the harbour?'],
    ['Um, where is, uh, the harbour?', 'where is the harbour'],
    ["I don't know.", 'I dont know'],
    ['Take a left', 'take the left'],
    ['I want two apples', 'I want 2 apples.'],
    ['well-known places', 'well known places'],
    ['港口在哪里', '嗯，港口在哪里？'],
    ['Ａ１ please', 'A1, please'],
    ['mm', 'mm'],
  ])('agree in substance: %o and %o', (one, other) => {
    expect(agreeInSubstance(one, other)).toBe(true);
    expect(agreeInSubstance(other, one)).toBe(true);
  });

  it.each([
    ['where is the harbour', 'where is the barber'],
    ['where is the harbour', 'where is the old harbour'],
    ['do it', "don't do it"],
    ['I can', "I can't"],
    ['from London to Paris', 'from Paris to London'],
    ['I want two apples', 'I want 3 apples'],
    ['港口在哪里', '港口在这里'],
    ['um', 'uh'],
    ['', 'hello'],
  ])('do not agree: %o and %o', (one, other) => {
    expect(agreeInSubstance(one, other)).toBe(false);
    expect(agreeInSubstance(other, one)).toBe(false);
  });
});
