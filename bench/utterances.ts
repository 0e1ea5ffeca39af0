import { resample } from '../src/audio/resample.ts';
import { Espeak } from '../src/offline/speech/espeak.ts';

/** What a caller says in one turn. Begins and ends with speech: no silence is left at either end. */
export type Utterance = {
  samples: Int16Array;
  /** Where in it the speaker searches for words, in milliseconds from its beginning. */
  pause?: { fromMs: number; toMs: number };
};

export type Utterances = { whole: Utterance[]; hesitant: Utterance[] };

/** Each takes more than `shortMs` to say. */
const questions = [
  'Could you tell me a little about the old harbour please?',
  'What do you remember of the ships that used to come here?',
  'Who took you down to the water when you were a child?',
  'How many of the boats are still out there in the winter?',
];
/** What comes before the pause takes less than `shortMs`; nobody would take it for a whole sentence. */
const hesitations = [
  ['I would like to', 'hear about the harbour and all of its ships'],
  ['Can you tell me the', 'name of the boat that your father had'],
] as const;
export const unfinishedWords = 'I would like to';

/** The length by which the provider's recogniser knows a beginning from a whole utterance. */
export const shortMs = 1_500;
/** Longer than the silence that ends a turn at most servers. */
export const pauseMs = 700;

const voice = { name: 'en-us', wordsPerMinute: 165, pitch: 50 };
/** Quieter than this part of the loudest sample is no speech any more. */
const audibleShare = 0.03;

/** Speaks what the callers say. @throws when a text does not take as long as the recogniser expects */
export async function makeUtterances(sampleRateHz: number): Promise<Utterances> {
  const espeak = await Espeak.open();
  const say = async (text: string) => {
    const said = await espeak.speak(text, voice);
    return trimmed(resample(said.samples, { fromHz: said.sampleRateHz, toHz: sampleRateHz }));
  };
  const lengthMs = (samples: Int16Array) => (samples.length * 1000) / sampleRateHz;
  const whole: Utterance[] = [];
  for (const text of questions) {
    const samples = await say(text);
    if (lengthMs(samples) <= shortMs) throw new RangeError(`too short: ${text}`);
    whole.push({ samples });
  }
  const hesitant: Utterance[] = [];
  for (const [begin, rest] of hesitations) {
    const first = await say(begin);
    if (lengthMs(first) >= shortMs) throw new RangeError(`too long: ${begin}`);
    const silence = new Int16Array((pauseMs * sampleRateHz) / 1000);
    const fromMs = lengthMs(first);
    const samples = joined([first, silence, await say(rest)]);
    hesitant.push({ samples, pause: { fromMs, toMs: fromMs + pauseMs } });
  }
  return { whole, hesitant };
}

/** Without the silence before and after the speech. */
function trimmed(samples: Int16Array): Int16Array {
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const isAudible = (sample: number) => Math.abs(sample) > loudest * audibleShare;
  const from = samples.findIndex(isAudible);
  return from < 0 ? new Int16Array(0) : samples.slice(from, samples.findLastIndex(isAudible) + 1);
}

function joined(pieces: Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
