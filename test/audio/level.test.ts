import { describe, expect, it } from 'vitest';
import { peak, rmsDbfs, silenceDbfs } from '../../src/audio/level.ts';

const sine = (amplitude: number) =>
  Int16Array.from({ length: 1_600 }, (_, i) => Math.round(amplitude * Math.sin(i / 5)));

describe('level', () => {
  it('is about -3 dBFS for a sine of full scale and 20 dB less for a tenth of it', () => {
    expect(rmsDbfs(sine(32_767))).toBeCloseTo(-3.01, 1);
    expect(rmsDbfs(sine(3_277))).toBeCloseTo(-23.01, 1);
  });

  it('is a finite number for silence and for nothing', () => {
    expect(rmsDbfs(new Int16Array(10))).toBe(silenceDbfs);
    expect(rmsDbfs(new Int16Array(0))).toBe(silenceDbfs);
    expect(peak(new Int16Array(0))).toBe(0);
  });

  it('finds the peak on either side of zero', () => {
    expect(peak(Int16Array.of(3, -32_768, 9))).toBe(1);
    expect(peak(Int16Array.of(3, 16_384, -9))).toBe(0.5);
  });
});
