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

  it('gives an emoji no time of its own', () => {
    const smiling = [{ text: 'Yes 👩‍👩‍👧‍👦👩‍👩‍👧‍👦 no.', startMs: 0, durationMs: 800 }];
    expect(heardText(smiling, 700)).toBe('Yes 👩‍👩‍👧‍👦👩‍👩‍👧‍👦 no.');
    expect(heardText(smiling, 500)).toBe('Yes 👩‍👩‍👧‍👦👩‍👩‍👧‍👦');
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

  describe('by the synthesiser’s own times', () => {
    const words = [
      { text: 'Well,', startMs: 400, endMs: 1_400 },
      { text: 'it', startMs: 1_400, endMs: 1_600 },
      { text: 'is', startMs: 1_600, endMs: 1_800 },
      { text: 'done.', startMs: 1_800, endMs: 2_300 },
    ];
    const timed: SpokenPiece[] = [
      { text: 'Sure,', startMs: 0, durationMs: 400 },
      { text: ' Well, it is done.', startMs: 400, durationMs: 2_000, words },
    ];

    it('ends where a slow word ends, not where its letters would', () => {
      expect(heardText(timed, 850)).toBe('Sure,');
      expect(heardText(timed, 1_000)).toBe('Sure, Well,');
      expect(heardText(timed, 1_480)).toBe('Sure, Well,');
      expect(heardText(timed, 1_720)).toBe('Sure, Well, it is');
      expect(heardText(timed, 2_400)).toBe('Sure, Well, it is done.');
    });

    it('passes over what a synthesiser writes in its own way', () => {
      const spelled = [
        { text: 'twenty', startMs: 0, endMs: 400 },
        { text: 'cats', startMs: 400, endMs: 800 },
        { text: 'sleep', startMs: 800, endMs: 1_200 },
      ];
      const text = '20 cats sleep.';
      expect(heardText([{ text, startMs: 0, durationMs: 1_200, words: spelled }], 700)).toBe(
        '20 cats',
      );
    });

    it('is estimated where the words are of another text', () => {
      const other = [{ text: 'zwanzig', startMs: 0, endMs: 1_200 }];
      const piece = { text: 'a b c d', startMs: 0, durationMs: 1_200 };
      expect(heardText([{ ...piece, words: other }], 700)).toBe(heardText([piece], 700));
    });

    it('only ever grows with time', () => {
      const time = fc.integer({ min: 0, max: 3_000 });
      fc.assert(
        fc.property(time, time, (one, other) => {
          const [early, late] = [Math.min(one, other), Math.max(one, other)];
          expect(heardText(timed, late).startsWith(heardText(timed, early))).toBe(true);
        }),
      );
    });
  });
});
