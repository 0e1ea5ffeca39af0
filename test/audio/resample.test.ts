import { describe, expect, it } from 'vitest';
import { Resampler, resample } from '../../src/audio/resample.ts';

const rates = [
  { fromHz: 48_000, toHz: 16_000 },
  { fromHz: 24_000, toHz: 48_000 },
  { fromHz: 22_050, toHz: 24_000 },
  { fromHz: 44_100, toHz: 16_000 },
  { fromHz: 16_000, toHz: 24_000 },
  { fromHz: 8_000, toHz: 24_000 },
];

function tone(hz: number, rateHz: number, samples: number, amplitude = 10_000): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / rateHz)),
  );
}

/** Root mean square of what differs, without the edges, where the tone begins and ends. */
function differenceRms(a: Int16Array, b: Int16Array): number {
  const inner = a.subarray(200, a.length - 200);
  return Math.sqrt(
    inner.reduce((sum, v, i) => sum + (v - (b[i + 200] ?? 0)) ** 2, 0) / inner.length,
  );
}

describe('resample', () => {
  it.each(rates)('keeps a 1 kHz tone as it was, without delay: $fromHz to $toHz', (r) => {
    const out = resample(tone(1_000, r.fromHz, r.fromHz), r);
    expect(out.length).toBe(r.toHz);
    expect(differenceRms(out, tone(1_000, r.toHz, r.toHz))).toBeLessThan(10);
  });

  it.each([8_500, 10_000, 15_000, 20_000, 23_000])(
    'lets nothing of a %i Hz tone alias into 16 kHz',
    (hz) => {
      const out = resample(tone(hz, 48_000, 48_000), { fromHz: 48_000, toHz: 16_000 });
      // 10,000 at -60 dB or better
      expect(differenceRms(out, new Int16Array(out.length))).toBeLessThan(hz < 9_000 ? 8 : 5);
    },
  );

  it('leaves no image of a 3 kHz tone above the old band', () => {
    const out = resample(tone(3_000, 8_000, 8_000), { fromHz: 8_000, toHz: 24_000 });
    expect(differenceRms(out, tone(3_000, 24_000, 24_000))).toBeLessThan(60);
  });

  it('clips what overshoots instead of wrapping around', () => {
    const square = Int16Array.from({ length: 4_800 }, (_, i) => (i % 96 < 48 ? 32_767 : -32_768));
    const out = resample(square, { fromHz: 48_000, toHz: 16_000 });
    for (let i = 2; i < out.length - 20; i++) {
      const place = i % 32;
      if (place > 4 && place < 12) expect(out[i]).toBeGreaterThan(30_000);
      if (place > 20 && place < 28) expect(out[i]).toBeLessThan(-30_000);
    }
  });

  it('hands the same samples back when the rates are equal', () => {
    const samples = tone(440, 16_000, 100);
    expect(resample(samples, { fromHz: 16_000, toHz: 16_000 })).toBe(samples);
  });

  it.each([0, -1, 0.5, Number.NaN, 500_000, 16_001])('refuses %d as a rate', (toHz) => {
    expect(() => resample(new Int16Array(1), { fromHz: 24_000, toHz })).toThrow(RangeError);
  });
});

describe('Resampler', () => {
  it.each(rates)(
    'gives the same for pieces of any length as for the whole: $fromHz to $toHz',
    (r) => {
      const samples = tone(700, r.fromHz, 9_973);
      const resampler = new Resampler(r);
      const out: number[] = [];
      for (let at = 0, size = 1; at < samples.length; at += size, size = (size * 7 + 3) % 613) {
        out.push(...resampler.push(samples.subarray(at, at + size)));
      }
      out.push(...resampler.flush());
      expect(Int16Array.from(out)).toEqual(resample(samples, r));
      expect(out.length).toBe(Math.ceil((samples.length * r.toHz) / r.fromHz));
    },
  );

  it('begins anew after a flush', () => {
    const r = { fromHz: 48_000, toHz: 16_000 };
    const samples = tone(700, r.fromHz, 1_000);
    const resampler = new Resampler(r);
    const first = [...resampler.push(samples), ...resampler.flush()];
    expect([...resampler.push(samples), ...resampler.flush()]).toEqual(first);
  });

  it('makes nothing of nothing', () => {
    const resampler = new Resampler({ fromHz: 48_000, toHz: 16_000 });
    expect(resampler.push(new Int16Array(0)).length).toBe(0);
    expect(resampler.flush().length).toBe(0);
  });
});
