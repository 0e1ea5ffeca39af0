import { describe, expect, it } from 'vitest';
import { Arrival } from '../../src/session/arrival.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

function scene() {
  const clock = new FakeClock();
  const told = { announced: 0, arrived: 0 };
  const arrival = new Arrival(
    clock,
    () => told.announced++,
    () => told.arrived++,
  );
  return { clock, told, arrival };
}

describe('the arrival of a client', () => {
  it('is announced again, for the first may come too early for the web SDK', async () => {
    const { clock, told, arrival } = scene();
    arrival.sign();
    expect(told).toEqual({ announced: 1, arrived: 1 });
    await clock.advance(1_000);
    expect(told).toEqual({ announced: 2, arrived: 1 });
  });

  it('is announced a last time for a client whose data channel opened late', async () => {
    const { clock, told, arrival } = scene();
    arrival.sign();
    await clock.advance(10_000);
    expect(told).toEqual({ announced: 3, arrived: 1 });
    expect(clock.pending).toBe(0);
  });

  it('counts once, however many signs there are', async () => {
    const { clock, told, arrival } = scene();
    for (let sign = 0; sign < 5; sign++) arrival.sign();
    await clock.advance(1_000);
    expect(told).toEqual({ announced: 2, arrived: 1 });
  });

  it('is called for until it happens where no track tells of it, and not for ever', async () => {
    const { clock, told, arrival } = scene();
    arrival.callOut();
    await clock.advance(1_000);
    expect(told.announced).toBeGreaterThanOrEqual(5);
    arrival.sign();
    const { announced } = told;
    await clock.advance(10_000);
    expect(told.announced).toBe(announced + 2);
    const lonely = scene();
    lonely.arrival.callOut();
    await lonely.clock.advance(600_000);
    expect(lonely.clock.pending).toBe(0);
  });

  it('leaves no timer when the session ends first', () => {
    const { clock, arrival } = scene();
    arrival.callOut();
    arrival.stop();
    expect(clock.pending).toBe(0);
  });
});
