import { describe, expect, it } from 'vitest';
import { LimitWatch } from '../../src/keys/limit-watch.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

describe('a look at the limits of keys', () => {
  it('ends what may not go on, and sums up what ended', async () => {
    const clock = new FakeClock();
    const ended: string[] = [];
    let settled = 0;
    const usage = {
      overdrawn: () => Promise.resolve(['session-1']),
      settle: () => {
        settled++;
        return Promise.resolve();
      },
    };
    const watch = new LimitWatch({ usage, end: (id) => ended.push(id), clock, log: silentLog });
    await clock.advance(20_000);
    expect(ended).toEqual(['session-1', 'session-1']);
    expect(settled).toBe(2);
    await watch.close();
    expect(clock.pending).toBe(0);
  });

  it('goes on when the database was away', async () => {
    const clock = new FakeClock();
    let asked = 0;
    const usage = {
      overdrawn: () => (asked++ === 0 ? Promise.reject(new Error('away')) : Promise.resolve([])),
      settle: () => Promise.resolve(),
    };
    const watch = new LimitWatch({ usage, end: () => undefined, clock, log: silentLog });
    await clock.advance(20_000);
    expect(asked).toBe(2);
    await watch.close();
  });
});
