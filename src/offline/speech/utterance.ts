import { resample } from '../../audio/resample.ts';
import { speakingRateHz } from '../../frames/pcm.ts';
import type { Espeak, EspeakVoice } from './espeak.ts';

/** What counts as silence in the synthesiser's output, which is digital: 1/650 of full scale. */
const silenceLevel = 50;
/** Kept before the first sound, so that it does not click. */
const headMs = 10;
/** Kept after the last: the pause between two sentences. espeak-ng itself leaves 390 ms. */
const tailMs = 240;

/** Speaks one sentence. @returns mono PCM at `speakingRateHz`, empty when there is no sound in it */
export async function utterance(
  espeak: Espeak,
  sentence: string,
  voice: EspeakVoice,
): Promise<Int16Array<ArrayBuffer>> {
  const { samples, sampleRateHz } = await espeak.speak(sentence, voice);
  const trimmed = trim(samples, sampleRateHz);
  // A copy, so that it can be handed to another thread whatever it is a part of.
  return Int16Array.from(resample(trimmed, { fromHz: sampleRateHz, toHz: speakingRateHz }));
}

function trim(samples: Int16Array, sampleRateHz: number): Int16Array {
  const first = samples.findIndex((sample) => Math.abs(sample) > silenceLevel);
  if (first === -1) return new Int16Array(0);
  const last = samples.findLastIndex((sample) => Math.abs(sample) > silenceLevel);
  const from = first - Math.round((headMs * sampleRateHz) / 1000);
  const to = last + Math.round((tailMs * sampleRateHz) / 1000);
  return samples.subarray(Math.max(0, from), to);
}
