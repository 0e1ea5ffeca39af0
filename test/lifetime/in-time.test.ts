import { beforeEach, describe, expect, it } from 'vitest';
import { TimedOut } from '../../src/lifetime/deadline.ts';
import { inTime, openedInTime } from '../../src/lifetime/in-time.ts';
import { FakeClock, settle } from '../fakes/fake-clock.ts';

let clock: FakeClock;

beforeEach(() => {
  clock = new FakeClock();
});

const never = new Promise<never>(() => undefined);

describe('work that has a time limit', () => {
  const limit = () => ({ clock, what: 'the work', limitMs: 1_000 });

  it('is waited for until then, and no longer', async () => {
    const waiting = inTime(never, limit()).catch((cause: unknown) => cause);
    await clock.advance(999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await waiting).toBeInstanceOf(TimedOut);
  });

  it('that is done in time leaves no timer behind, whether it succeeds or fails', async () => {
    await expect(inTime(Promise.resolve(1), limit())).resolves.toBe(1);
    await expect(inTime(Promise.reject(new Error('no')), limit())).rejects.toThrow('no');
    expect(clock.pending).toBe(0);
  });
});

describe('what is to open within a time', () => {
  let closed: string[];
  let late: unknown[];
  let open: (value: string) => void;
  let fail: (cause: Error) => void;
  let opened: Promise<unknown>;

  beforeEach(() => {
    closed = [];
    late = [];
    const opening = new Promise<string>((resolve, reject) => {
      open = resolve;
      fail = reject;
    });
    opened = openedInTime(opening, {
      ...{ clock, what: 'opening', limitMs: 1_000 },
      close: (value) => {
        closed.push(value);
        return Promise.resolve();
      },
      onLate: (cause) => late.push(cause),
    }).catch((cause: unknown) => cause);
  });

  it('is handed over when it opens in time, and stays open', async () => {
    open('door');
    expect(await opened).toBe('door');
    await clock.advance(5_000);
    expect(closed).toEqual([]);
  });

  it('is closed again when it opens too late', async () => {
    await clock.advance(1_000);
    expect(await opened).toBeInstanceOf(TimedOut);
    open('door');
    await settle();
    expect(closed).toEqual(['door']);
  });

  it('and fails when nobody waits any more is told of', async () => {
    await clock.advance(1_000);
    await opened;
    fail(new Error('at last'));
    await settle();
    expect(late).toEqual([new Error('at last')]);
  });

  it('and fails in time is an error for those who wait alone', async () => {
    fail(new Error('no'));
    expect(await opened).toEqual(new Error('no'));
    expect(late).toEqual([]);
  });
});
