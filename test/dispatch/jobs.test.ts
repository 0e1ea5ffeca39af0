import { describe, expect, it } from 'vitest';
import { Jobs } from '../../src/dispatch/jobs.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

describe('the places of a worker', () => {
  it('are given back when LiveKit does not assign what it offered', async () => {
    const clock = new FakeClock();
    const jobs = new Jobs(1, clock);
    expect(jobs.offer('J1', 'room-1')).toBe(true);
    expect(jobs.offer('J2', 'room-2')).toBe(false);
    await clock.advance(10_000);
    expect(jobs.begin('J1')).toBeUndefined();
    expect(jobs.offer('J2', 'room-2')).toBe(true);
  });

  it('are kept for as long as a job runs', async () => {
    const clock = new FakeClock();
    const jobs = new Jobs(1, clock);
    jobs.offer('J1', 'room-1');
    expect(jobs.begin('J1')).toBe('room-1');
    await clock.advance(60_000);
    expect(jobs.isFull).toBe(true);
    jobs.end('J1');
    await jobs.allEnded();
    expect(jobs.count).toBe(0);
  });
});
