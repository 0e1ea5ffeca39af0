import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heardText, type SpokenPiece } from '../../src/turn/heard.ts';

const pieces: SpokenPiece[] = [
  { text: 'Sure,', startMs: 0, durationMs: 400 },
  { text: ' the old harbour lies below the hill.', startMs: 400, durationMs: 2_000 },
];

describe('heard text', () => {
  it('is empty before the first word', () => {
    expect(heardText(pieces, 0)).toBe('');
  });

  it('ends at the last word of which more than half was heard', () => {
    expect(heardText(pieces, 400)).toBe('Sure,');
    expect(heardText(pieces, 1_000)).toBe('Sure, the old');
  });

  it('is everything at the end', () => {
    expect(heardText(pieces, 2_400)).toBe('Sure, the old harbour lies below the hill.');
  });

  it('counts Han characters as words', () => {
    expect(heardText([{ text: '今天天气很好', startMs: 0, durationMs: 1_200 }], 650)).toBe(
      '今天天',
    );
  });

  it('only ever grows with time and is always a beginning of what was said', () => {
    const whole = pieces.map(({ text }) => text).join('');
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3_000 }),
        fc.integer({ min: 0, max: 500 }),
        (ms, more) => {
          const early = heardText(pieces, ms);
          const late = heardText(pieces, ms + more);
          expect(whole.startsWith(late)).toBe(true);
          expect(late.startsWith(early)).toBe(true);
        },
      ),
    );
  });
});
