import { resample } from '../../src/audio/resample.ts';
import { Espeak } from '../../src/offline/speech/espeak.ts';

let opened: Promise<Espeak> | undefined;

/**
 * Real speech at test time.
 * @param wordsPerMinute 175 is espeak-ng's own pace
 * @returns mono PCM at `sampleRateHz`, with espeak-ng's short silence at its end
 */
export async function spoken(
  text: string,
  sampleRateHz = 16_000,
  wordsPerMinute = 175,
): Promise<Int16Array> {
  const espeak = await (opened ??= Espeak.open());
  const { samples, sampleRateHz: fromHz } = await espeak.speak(text, {
    name: 'en-us',
    wordsPerMinute,
    pitch: 50,
  });
  return resample(samples, { fromHz, toHz: sampleRateHz });
}

/** Quieter or louder, with noise over all of it. @param noise 0 to 1 of full scale; the same each time */
export function degraded(samples: Int16Array, gain: number, noise: number): Int16Array {
  const random = whiteNoise();
  return samples.map((sample) => Math.round(sample * gain + random() * noise * 32_767));
}

/** Repeatable white noise, -1 to 1: a linear congruential generator with the constants of Numerical Recipes. */
export function whiteNoise(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
}

export function silence(durationMs: number, sampleRateHz = 16_000): Int16Array {
  return new Int16Array((durationMs * sampleRateHz) / 1000);
}

export function concatenated(...pieces: Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
