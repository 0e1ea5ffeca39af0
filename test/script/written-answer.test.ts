import { describe, expect, it } from 'vitest';
import { WrittenAnswer } from '../../src/script/written-answer.ts';

const family = '👨‍👩‍👧‍👦';

describe('a written answer', () => {
  it('is never cut in the middle of what a reader sees as one character', () => {
    const answer = new WrittenAnswer('Ada');
    answer.push(`a${family.repeat(1_000)}`);
    answer.end();
    expect(answer.text.length).toBeLessThanOrEqual(8_000);
    expect(answer.text).toMatch(new RegExp(`^a(${family})+$`, 'u'));
  });

  it('holds half a character back until its other half comes', () => {
    const answer = new WrittenAnswer('Ada');
    const shown = ['Hi \ud83d', '\ude42', '!'].map((piece) => answer.push(piece));
    expect(shown.join('') + answer.end()).toBe('Hi 🙂!');
    expect(shown.some((piece) => /\p{Surrogate}/u.test(piece))).toBe(false);
    const broken = new WrittenAnswer('Ada');
    broken.push('Hi\ud83d');
    broken.end();
    expect(broken.text).toBe('Hi');
  });
});
