import { describe, expect, it } from 'vitest';
import { endOf } from '../../src/protocol/plain-text.ts';

describe('the end of a text', () => {
  it.each([
    ['abc', 5, 'abc'],
    ['abcdef', 3, 'def'],
    ['a🙂b', 3, '🙂b'],
    ['a🙂b', 2, 'b'],
  ])('of %j is no longer than %i units, and cuts no character in two', (text, most, end) => {
    expect(endOf(text, most)).toBe(end);
  });
});
