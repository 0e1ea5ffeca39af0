import { describe, expect, it } from 'vitest';
import { rmsDbfs } from '../../../src/audio/level.ts';
import { conditioned } from '../../../src/offline/hearing/conditioning.ts';

/** A tone that comes and goes as syllables do. */
function speech(ms: number, sampleRateHz: number, level: number): Int16Array {
  return Int16Array.from({ length: (ms * sampleRateHz) / 1000 }, (_, i) => {
    const t = i / sampleRateHz;
    return Math.round(Math.sin(t * Math.PI * 4) ** 2 * Math.sin(t * 2 * Math.PI * 400) * level);
  });
}

function between(silenceMs: number, samples: Int16Array): Int16Array {
  const silence = silenceMs * 16;
  const all = new Int16Array(samples.length + 2 * silence);
  all.set(samples, silence);
  return all;
}

const heard = (samples: Int16Array, sampleRateHz = 16_000) => {
  const result = conditioned({ samples, sampleRateHz });
  if (!result) throw new Error('nothing was heard');
  return result;
};

describe('what the recogniser hears', () => {
  it('has one level, whether the speaker was near or far', () => {
    const [near, far] = [heard(speech(1000, 16_000, 25_000)), heard(speech(1000, 16_000, 250))];
    expect(rmsDbfs(near)).toBeCloseTo(rmsDbfs(far), 0);
    expect(rmsDbfs(near)).toBeGreaterThan(-26);
  });

  it('is the words with 300 ms of room around them, however long the silence was', () => {
    expect(heard(between(2000, speech(1000, 16_000, 8_000))).length / 16).toBeCloseTo(1600, -2);
    expect(heard(speech(1000, 16_000, 8_000)).length / 16).toBeCloseTo(1600, -2);
  });

  it('is 16 kHz of any rate', () => {
    expect(heard(speech(1000, 48_000, 8_000), 48_000).length / 16).toBeCloseTo(1600, -2);
  });

  it('has the floor of a quiet room, the same each time', () => {
    const [one, two] = [heard(speech(500, 16_000, 8_000)), heard(speech(500, 16_000, 8_000))];
    expect(one).toEqual(two);
    expect(rmsDbfs(one.subarray(0, 3_200))).toBeLessThan(-40);
    expect(rmsDbfs(one.subarray(0, 3_200))).toBeGreaterThan(-55);
  });

  it('is nothing when nobody spoke', () => {
    expect(conditioned({ samples: new Int16Array(16_000), sampleRateHz: 16_000 })).toBeUndefined();
    expect(conditioned({ samples: new Int16Array(0), sampleRateHz: 16_000 })).toBeUndefined();
    const hum = Int16Array.from({ length: 16_000 }, (_, i) => Math.sin(i / 8) * 3_000);
    expect(conditioned({ samples: hum, sampleRateHz: 16_000 })).toBeUndefined();
    const faint = speech(1000, 16_000, 20);
    expect(conditioned({ samples: faint, sampleRateHz: 16_000 })).toBeUndefined();
  });
});
