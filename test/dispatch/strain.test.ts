import { describe, expect, it } from 'vitest';
import {
  fit,
  judgeFitness,
  loadOf,
  noStrain,
  strainLimits,
  unlimited,
  type Fitness,
  type Strain,
} from '../../src/dispatch/strain.ts';

const limits = strainLimits(0.95);
const calm: Strain = { ...noStrain, cpu: 0.5, lagMs: 2 };
const after = (looks: Strain[], from: Fitness = fit, by = limits): Fitness =>
  looks.reduce((fitness, look) => judgeFitness(fitness, look, by), from);
const times = (count: number, look: Strain) => Array<Strain>(count).fill(look);

describe('the fitness of a process', () => {
  it.each([
    ['cpu', { cpu: 1 }],
    ['cpu_waiting', { cpuWaiting: 0.95 }],
    ['cpu_quota', { throttled: 0.5 }],
    ['event_loop', { lagMs: 200 }],
    ['microphone_lag', { microphoneLagMs: 400 }],
  ])('is lost to what lasts, and says to what: %s', (cause, strain) => {
    expect(after(times(5, { ...calm, ...strain })).strainedBy).toBe(cause);
  });

  it('is not doubted because many callers came at once', () => {
    const burst = { ...calm, cpu: 1 };
    const looks = [...times(5, calm), burst, burst, burst, calm, calm, burst, burst, burst];
    expect(after(looks).strainedBy).toBeNull();
  });

  it('does not come and go with every look', () => {
    const edge = [0.96, 0.94, 0.97, 0.93, 0.96].map((cpu) => ({ ...calm, cpu }));
    let changes = 0;
    let fitness = fit;
    for (const look of Array.from({ length: 20 }, () => edge).flat()) {
      const next = judgeFitness(fitness, look, limits);
      if (next.strainedBy !== fitness.strainedBy) changes++;
      fitness = next;
    }
    expect(changes).toBe(1);
    expect(fitness.strainedBy).toBe('cpu');
  });

  it('is not kept from a process by what was never too much', () => {
    const busy = { ...calm, cpu: 0.88 };
    const strained = after(times(5, { ...busy, microphoneLagMs: 400 }));
    expect(strained.strainedBy).toBe('microphone_lag');
    expect(after(times(5, busy), strained).strainedBy).toBeNull();
  });

  it('is regained when there is clearly something to spare', () => {
    const strained = after(times(5, { ...calm, cpu: 1 }));
    expect(after(times(4, { ...calm, cpu: 0.9 }), strained).strainedBy).toBe('cpu');
    expect(after(times(5, calm), strained).strainedBy).toBeNull();
  });

  it('is never doubted where only the number of sessions counts', () => {
    const worst = { cpu: 1, cpuWaiting: 1, throttled: 1, lagMs: 9_000, microphoneLagMs: 9_000 };
    expect(after(times(9, worst), fit, unlimited).strainedBy).toBeNull();
  });
});

describe('the load of a worker', () => {
  it('leaves what is free of places and of the CPU together, and is never above 1', () => {
    expect(loadOf(1, 4, noStrain)).toBe(0.25);
    expect(loadOf(0, 4, { ...noStrain, cpu: 0.5 })).toBe(0.5);
    expect(loadOf(2, 4, { ...noStrain, cpu: 0.5 })).toBe(0.75);
    expect(loadOf(9, 4, calm)).toBe(1);
  });
});
