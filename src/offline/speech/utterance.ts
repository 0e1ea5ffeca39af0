import { resample } from '../../audio/resample.ts';
import { speakingRateHz } from '../../frames/pcm.ts';
import type { SpeechTiming } from '../../frames/speech-timing.ts';
import type { Espeak, EspeakVoice } from './espeak.ts';
import { plainText } from './plain-text.ts';
import { timingOf, within } from './timing.ts';

/** A sentence as it sounds. @property samples mono PCM at `speakingRateHz`, none when there is no sound in it */
export type SpokenSentence = { samples: Int16Array<ArrayBuffer>; timing: SpeechTiming };

/** What counts as silence in the synthesiser's output, which is digital: 1/650 of full scale. */
const silenceLevel = 50;
/** Kept before the first sound, so that it does not click. */
const headMs = 10;
/** Kept after the last: the pause between two sentences. espeak-ng itself leaves next to none after the last. */
const tailMs = 240;

/** Speaks one sentence. */
export async function utterance(
  espeak: Espeak,
  sentence: string,
  voice: EspeakVoice,
): Promise<SpokenSentence> {
  const text = plainText(sentence);
  const { samples, sampleRateHz, events } = await espeak.speak(text, voice);
  const ms = (count: number) => (count * 1000) / sampleRateHz;
  const { fromSample, trimmed } = trim(samples, sampleRateHz);
  const timing = timingOf(sentence, events, ms(samples.length));
  return {
    // A copy, so that it can be handed to another thread whatever it is a part of.
    samples: Int16Array.from(resample(trimmed, { fromHz: sampleRateHz, toHz: speakingRateHz })),
    timing: within(timing, ms(fromSample), ms(trimmed.length)),
  };
}

function trim(
  samples: Int16Array,
  sampleRateHz: number,
): { fromSample: number; trimmed: Int16Array } {
  const first = samples.findIndex((sample) => Math.abs(sample) > silenceLevel);
  if (first === -1) return { fromSample: 0, trimmed: new Int16Array(0) };
  const last = samples.findLastIndex((sample) => Math.abs(sample) > silenceLevel);
  const fromSample = Math.max(0, first - Math.round((headMs * sampleRateHz) / 1000));
  // What is missing of the pause is silence.
  const trimmed = new Int16Array(
    last + 1 + Math.round((tailMs * sampleRateHz) / 1000) - fromSample,
  );
  trimmed.set(samples.subarray(fromSample, fromSample + trimmed.length));
  return { fromSample, trimmed };
}
