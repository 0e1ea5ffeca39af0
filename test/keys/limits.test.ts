import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, MinutesUsedUp, msByDay, TooManySessions } from '../../src/keys/limits.ts';

describe('a span of time', () => {
  it('is parted at midnight of UTC', () => {
    const parts = msByDay(new Date('2026-01-31T23:59:00Z'), new Date('2026-02-02T00:00:30Z'));
    expect(parts).toEqual([
      { day: '2026-01-31', ms: 60_000 },
      { day: '2026-02-01', ms: 86_400_000 },
      { day: '2026-02-02', ms: 30_000 },
    ]);
  });

  it('is whole again when its parts are put together', () => {
    const anyDate = fc.date({
      min: new Date('2026-01-01'),
      max: new Date('2026-03-01'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(anyDate, anyDate, (a, b) => {
        const parts = msByDay(a, b);
        const sum = parts.reduce((total, { ms }) => total + ms, 0);
        expect(sum).toBe(Math.max(0, b.getTime() - a.getTime()));
        expect(new Set(parts.map(({ day }) => day)).size).toBe(parts.length);
        if (a < b) expect(parts[0]?.day).toBe(dayOf(a));
      }),
    );
  });
});

describe('a key that has reached its limit', () => {
  it('is refused so that clients try again: soon, or on the next day', () => {
    expect(new TooManySessions(3)).toMatchObject({
      status: 429,
      code: 'concurrency_limit_reached',
    });
    expect(new MinutesUsedUp(60, new Date('2026-01-01T23:00:00Z'))).toMatchObject({
      status: 429,
      code: 'usage_limit_reached',
      retryAfterSeconds: 3_600,
    });
  });
});
