import { describe, expect, it } from 'vitest';
import { boundedRun, RanTooLong } from '../../src/lifetime/bounded-run.ts';

describe('work with a time limit', () => {
  it('gives its result, or its own error', () => {
    expect(boundedRun(() => ({ a: 1 }), 1_000)).toEqual({ a: 1 });
    const own = new TypeError('mine');
    expect(() =>
      boundedRun(() => {
        throw own;
      }, 1_000),
    ).toThrow(own);
  });

  it('is broken off in a loop and in an expression that end never', () => {
    const forever = () => {
      for (let n = 0; ; n++) if (n < 0) return n;
    };
    expect(() => boundedRun(forever, 20)).toThrow(RanTooLong);
    const text = `${'a'.repeat(60)}!`;
    expect(() => boundedRun(() => new RegExp('^(a+)+$').test(text), 20)).toThrow(RanTooLong);
    expect(boundedRun(() => 'and goes on', 1_000)).toBe('and goes on');
  });
});
