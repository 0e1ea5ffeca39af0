import { describe, expect, it } from 'vitest';
import { fit, judgeFitness, noStrain, strainLimits } from '../../src/dispatch/strain.ts';
import { MicrophoneLag } from '../../src/telemetry/microphone-lag.ts';

/** Looks once a second, with such a lag in each. @returns what turned newcomers away after each of them */
function strainedBy(lagsMs: number[]) {
  const lag = new MicrophoneLag();
  let fitness = fit;
  return lagsMs.map((lagMs) => {
    lag.note(lagMs);
    const strain = { ...noStrain, microphoneLagMs: lag.takeLongestMs() };
    fitness = judgeFitness(fitness, strain, strainLimits(0.9));
    return fitness.strainedBy;
  });
}

describe('the lag of microphones', () => {
  it('is the longest since it was asked for last', () => {
    const lag = new MicrophoneLag();
    lag.note(20);
    lag.note(300);
    lag.note(5);
    expect(lag.takeLongestMs()).toBe(300);
    expect(lag.takeLongestMs()).toBe(0);
  });

  it('turns nobody away for one stand-still that is over, however long it was', () => {
    const lags = [5, 5, 5, 5, 9_000, 5, 5, 5, 5, 5];
    expect(strainedBy(lags).every((cause) => cause === null)).toBe(true);
  });

  it('turns newcomers away where it lasts', () => {
    expect(strainedBy([400, 400, 400, 400, 400]).at(-1)).toBe('microphone_lag');
  });
});
