import { beforeAll, describe, expect, it } from 'vitest';
import { Mouth } from '../../src/face/mouth.ts';
import { closedMouth, visemeIndex, visemes, type Viseme } from '../../src/face/visemes.ts';
import { speakingRateHz } from '../../src/frames/pcm.ts';
import type { SpeechFrame, TimedPhoneme } from '../../src/frames/speech-timing.ts';
import { Espeak } from '../../src/offline/speech/espeak.ts';
import { utterance } from '../../src/offline/speech/utterance.ts';
import { whiteNoise } from '../fakes/espeak.ts';

const silence = (ms: number): SpeechFrame => ({
  samples: new Int16Array(ms * 24),
  sampleRateHz: speakingRateHz,
});

/** Phonemes of the given lengths, one after the other. */
function phonemes(...parts: [ipa: string, ms: number][]): TimedPhoneme[] {
  let startMs = 0;
  return parts.map(([ipa, ms]) => {
    const timed = { ipa, startMs, endMs: startMs + ms };
    startMs += ms;
    return timed;
  });
}

function at(mouth: Mouth, ms: number): (viseme: Viseme) => number {
  const weights = closedMouth();
  mouth.weigh(ms, weights);
  return (viseme) => weights[visemeIndex(viseme)] ?? 0;
}

describe('a mouth of timed phonemes', () => {
  const mouth = new Mouth();
  beforeAll(() => {
    const timed = phonemes(['', 200], ['m', 90], ['ɑː', 200], ['p', 80], ['uː', 150], ['', 300]);
    mouth.push({ ...silence(1_020), timing: { words: [], phonemes: timed } });
  });

  it('takes the shape of each phoneme while it sounds', () => {
    expect(at(mouth, 240)('pp')).toBeGreaterThan(0.8);
    expect(at(mouth, 360)('aa')).toBeGreaterThan(0.8);
    expect(at(mouth, 660)('ou')).toBeGreaterThan(0.8);
  });

  it('closes the lips before a stop is heard', () => {
    expect(at(mouth, 470)('pp')).toBeGreaterThan(0.6);
  });

  it('blends neighbours, and never jumps', () => {
    expect(at(mouth, 300)('pp')).toBeGreaterThan(0.2);
    expect(at(mouth, 300)('aa')).toBeGreaterThan(0.15);
    let before = at(mouth, 0);
    for (let ms = 5; ms < 1_020; ms += 5) {
      const now = at(mouth, ms);
      for (const viseme of visemes) {
        expect(Math.abs(now(viseme) - before(viseme)), `${viseme} at ${ms}`).toBeLessThan(0.25);
      }
      before = now;
    }
  });

  it('is closed in silence', () => {
    expect(at(mouth, 50)('sil')).toBe(1);
    expect(at(mouth, 900)('sil')).toBeGreaterThan(0.99);
    expect(at(mouth, 5_000)('sil')).toBe(1);
  });

  it('always weighs one in all', () => {
    for (let ms = 0; ms < 1_200; ms += 7) {
      const weights = closedMouth();
      mouth.weigh(ms, weights);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    }
  });

  it('goes by the sound where a sentence comes without times', () => {
    const both = new Mouth();
    both.push({ ...silence(400), timing: { words: [], phonemes: phonemes(['m', 300]) } });
    const hiss = whiteNoise();
    const samples = Int16Array.from({ length: 24_000 }, () => Math.round(hiss() * 6_000));
    both.push(silence(1_000));
    both.push({ samples, sampleRateHz: speakingRateHz });
    expect(at(both, 150)('pp')).toBeGreaterThan(0.8);
    expect(at(both, 1_200)('sil')).toBeCloseTo(1, 5);
    expect(at(both, 1_900)('sil')).toBeLessThan(0.2);
  });
});

describe('a mouth of sound alone', () => {
  let espeak: Espeak;
  beforeAll(async () => {
    espeak = await Espeak.open();
  });

  it.each(['en-us', 'en-us+f3', 'en-us+m5'])('opens with the voice of %s', async (name) => {
    const { samples, timing } = await utterance(
      espeak,
      'Good morning, captain. The weather will be fine today.',
      { name, wordsPerMinute: 150, pitch: 50 },
    );
    const timed = new Mouth();
    const heard = new Mouth();
    timed.push({ samples, sampleRateHz: speakingRateHz, timing });
    heard.push({ samples, sampleRateHz: speakingRateHz });
    const openness = (mouth: Mouth) => {
      const values: number[] = [];
      for (let ms = 0; ms < samples.length / 24; ms += 10) {
        const weight = at(mouth, ms);
        values.push(weight('aa') + 0.7 * weight('oh') + 0.6 * weight('e') + 0.4 * weight('ih'));
      }
      return values;
    };
    expect(correlation(openness(timed), openness(heard))).toBeGreaterThan(0.55);
  });

  it('hisses with its teeth shown and is closed in silence', async () => {
    const { samples } = await utterance(espeak, 'Sss.', {
      name: 'en-us',
      wordsPerMinute: 100,
      pitch: 50,
    });
    const mouth = new Mouth();
    mouth.push({ samples, sampleRateHz: speakingRateHz });
    mouth.push(silence(500));
    expect(at(mouth, samples.length / 24 + 300)('sil')).toBeCloseTo(1, 5);
    const middle = at(mouth, (samples.length / 24 - 240) / 2);
    expect(middle('ss') + middle('ch') + middle('ff')).toBeGreaterThan(0.3);
  });

  it('does not open for hiss in the background', () => {
    const hiss = whiteNoise();
    const samples = Int16Array.from({ length: 24_000 }, () => Math.round(hiss() * 60));
    const mouth = new Mouth();
    mouth.push({ samples, sampleRateHz: speakingRateHz });
    expect(at(mouth, 500)('sil')).toBeCloseTo(1, 5);
  });

  it('says the same whatever pieces the sound comes in', () => {
    const noise = whiteNoise(3);
    const samples = Int16Array.from({ length: 12_000 }, (_, i) =>
      Math.round(noise() * 8_000 * Math.sin(i / 900) ** 2),
    );
    const whole = new Mouth();
    whole.push({ samples, sampleRateHz: speakingRateHz });
    const pieced = new Mouth();
    for (let i = 0; i < samples.length; i += 777) {
      pieced.push({ samples: samples.subarray(i, i + 777), sampleRateHz: speakingRateHz });
    }
    for (let ms = 0; ms < 500; ms += 13) {
      for (const viseme of visemes) expect(at(pieced, ms)(viseme)).toBe(at(whole, ms)(viseme));
    }
  });
});

function correlation(a: number[], b: number[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const together = mean(a.map((value, i) => (value - ma) * ((b[i] ?? 0) - mb)));
  return (
    together / Math.sqrt(mean(a.map((v) => (v - ma) ** 2)) * mean(b.map((v) => (v - mb) ** 2)))
  );
}
