import { describe, expect, it } from 'vitest';
import { fit, judgeFitness, loadOf, openStrainMeter } from '../../src/dispatch/strain.ts';
import { systemClock } from '../../src/lifetime/clock.ts';

const calm = { cpu: 0.2, lagMs: 2 };
const strained = { cpu: 0.2, lagMs: 400 };

describe('the fitness of a process', () => {
  it('is not doubted because of one bad moment', () => {
    const after = [strained, strained, calm, strained, strained].reduce(judgeFitness, fit);
    expect(after.overloaded).toBe(false);
  });

  it('is lost to lag or CPU that lasts, and regained by calm that lasts', () => {
    const overloaded = [strained, { cpu: 0.99, lagMs: 0 }, strained].reduce(judgeFitness, fit);
    expect(overloaded.overloaded).toBe(true);
    expect([calm, calm].reduce(judgeFitness, overloaded).overloaded).toBe(true);
    expect([calm, calm, calm].reduce(judgeFitness, overloaded).overloaded).toBe(false);
  });
});

describe('the load that LiveKit is told', () => {
  it('is the share of places taken, or of the CPU, whichever is more, and never above 1', () => {
    expect(loadOf(1, 4, calm)).toBe(0.25);
    expect(loadOf(0, 4, calm)).toBe(0.2);
    expect(loadOf(9, 4, calm)).toBe(1);
  });
});

describe('the strain meter', () => {
  it('reads shares of the machine and lag in milliseconds', () => {
    const meter = openStrainMeter(systemClock);
    const { cpu, lagMs } = meter.read();
    void meter.close();
    expect(cpu).toBeGreaterThanOrEqual(0);
    expect(cpu).toBeLessThanOrEqual(1);
    expect(lagMs).toBeGreaterThanOrEqual(0);
  });
});
