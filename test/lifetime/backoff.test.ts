import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../src/lifetime/backoff.ts';

const backoff = { firstMs: 100, lastMs: 1_000 };

describe('a backoff', () => {
  it('doubles up to its longest wait', () => {
    const longest = [0, 1, 2, 3, 4, 5, 1_000].map((tries) => backoffMs(backoff, tries, 1));
    expect(longest).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000]);
  });

  it('waits at least half as long, whatever the dice say', () => {
    expect(backoffMs(backoff, 2, 0)).toBe(200);
  });
});
