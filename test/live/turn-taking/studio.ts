import { rmsDbfs } from '../../../src/audio/level.ts';
import { resample } from '../../../src/audio/resample.ts';
import { hearingRateHz } from '../../../src/frames/pcm.ts';
import { Espeak, type EspeakSound, type EspeakVoice } from '../../../src/offline/speech/espeak.ts';
import { whiteNoise } from '../../fakes/espeak.ts';
import { backdrop, isNoise, noises } from './noises.ts';
import type { Backdrop, Language, Script } from './script.ts';

/** A spoken word, or Han character, with the marks that follow it. Times from the beginning of the sound. */
export type Word = { text: string; startMs: number; endMs: number };

/** One labelled utterance. @property samples mono PCM at `hearingRateHz`, with silence before and after */
export type Scene = {
  script: Script;
  samples: Int16Array;
  words: Word[];
  /** The beginning of the first sound of the user's, and the end of the last: of speech where there is any. */
  startMs: number;
  endMs: number;
};

const voices: Record<Language, readonly string[]> = {
  en: ['en-us', 'en-gb', 'en-us+f3', 'en-us+m3', 'en-gb+f2', 'en-gb-scotland+m4'],
  zh: ['cmn', 'cmn+f2', 'cmn+m3', 'cmn+f4'],
};
const paces = [150, 175, 195, 165];
const pitches = [50, 40, 60];

/** A voice at an arm's length from its microphone, and how far below it the others are. */
const voiceDbfs = -24;
const noiseDbfs = -22;
const roomDbfs = -66;
const backdropDb: Record<Backdrop, number> = {
  music: -18,
  keyboard: -15,
  secondVoice: -26,
  hiss: -20,
};
const leadMs = { answer: 640, nothing: 640, goOn: 1_500, interrupt: 1_500 };
/** Longer than the longest wait for an end. */
const tailMs = 4_500;

/** What counts as sound in a synthesiser's output, which is digital: 1/300 of full scale. */
const soundLevel = 110;

/** Makes the utterances; the same ones each time. */
export class Studio {
  readonly #said = new Map<string, Said>();

  private constructor(private readonly espeak: Espeak) {}

  static async open(): Promise<Studio> {
    return new Studio(await Espeak.open());
  }

  /** Each with a voice, a pace and noises of its own. */
  async recordAll(scripts: readonly Script[]): Promise<Scene[]> {
    const scenes: Scene[] = [];
    for (const [index, script] of scripts.entries()) {
      scenes.push(await this.record(script, index * 7 + 3));
    }
    return scenes;
  }

  /** @param seed chooses voice, pace, pitch and the dice of the noises */
  async record(script: Script, seed: number): Promise<Scene> {
    const voice = voiceOf(script.language, seed);
    const random = whiteNoise(seed + 1);
    const pieces: { atMs: number; samples: Int16Array }[] = [];
    const words: Word[] = [];
    let atMs = leadMs[script.expected] + (seed % 8) * 17;
    const startMs = atMs;
    let endMs = atMs;
    for (const part of script.says.split(/\s*(\{\d+\}|<\w+>)\s*/u)) {
      if (part === '') continue;
      const pause = /^\{(\d+)\}$/.exec(part)?.[1];
      if (pause !== undefined) {
        atMs += Number(pause);
        continue;
      }
      const noise = /^<(\w+)>$/.exec(part)?.[1];
      const { samples, words: said } =
        noise !== undefined && isNoise(noise)
          ? { samples: atLevel(noises[noise](random), noiseDbfs), words: [] }
          : await this.#say(part, voice);
      pieces.push({ atMs, samples });
      for (const { text, startMs, endMs } of said) {
        words.push({ text, startMs: atMs + startMs, endMs: atMs + endMs });
      }
      const lengthMs = msOf(samples);
      atMs += lengthMs;
      endMs = atMs;
    }
    const samples = await this.#mixed(pieces, endMs + tailMs, script, seed);
    return { script, samples, words, startMs, endMs };
  }

  async #mixed(
    pieces: { atMs: number; samples: Int16Array }[],
    lengthMs: number,
    { behind, language }: Script,
    seed: number,
  ): Promise<Int16Array> {
    const random = whiteNoise(seed + 2);
    const room = 10 ** (roomDbfs / 20) * Math.sqrt(3);
    const mix = Float64Array.from({ length: samplesOf(lengthMs) }, () => random() * room * 32_768);
    const add = (sound: Int16Array, at: number) => {
      for (const [i, sample] of sound.entries()) {
        if (at + i < mix.length) mix[at + i] = (mix[at + i] ?? 0) + sample;
      }
    };
    for (const { atMs, samples } of pieces) add(samples, samplesOf(atMs));
    if (behind === 'secondVoice') {
      const { samples: other } = await this.#say(chatter[language], voiceOf(language, seed + 3));
      const quiet = gained(other, backdropDb.secondVoice);
      for (let at = 0; at < mix.length; at += quiet.length) add(quiet, at);
    } else if (behind !== undefined) {
      add(atLevel(backdrop(behind, lengthMs, seed + 4), voiceDbfs + backdropDb[behind]), 0);
    }
    return Int16Array.from(mix, (sample) =>
      Math.max(-32_768, Math.min(32_767, Math.round(sample))),
    );
  }

  /** @returns speech at `voiceDbfs`, without silence around it */
  async #say(text: string, voice: EspeakVoice): Promise<Said> {
    const key = JSON.stringify([text, voice]);
    const known = this.#said.get(key);
    if (known) return known;
    const { samples, sampleRateHz: fromHz, events } = await this.espeak.speak(text, voice);
    const from = samples.findIndex((sample) => Math.abs(sample) > soundLevel);
    const to = samples.findLastIndex((sample) => Math.abs(sample) > soundLevel);
    if (from === -1) throw new Error(`"${text}" makes no sound`);
    const speech = resample(samples.subarray(from, to + 1), { fromHz, toHz: hearingRateHz });
    const said = {
      samples: gained(speech, voiceDbfs - rmsDbfs(speech)),
      words: timed(text, events, (from * 1_000) / fromHz, msOf(speech)),
    };
    this.#said.set(key, said);
    return said;
  }
}

/** A stretch of speech. Times of its words from its own beginning. */
type Said = { samples: Int16Array; words: Word[] };

/** What a television says in the next room. */
const chatter: Record<Language, string> = {
  en: 'And now the weather for the weekend, with showers in the west and some sunshine along the coast later on Sunday.',
  zh: '下面播送周末的天气预报，西部有小雨，沿海地区星期天下午转晴，气温十八到二十五度。',
};

function voiceOf(language: Language, seed: number): EspeakVoice {
  const names = voices[language];
  return {
    name: names[seed % names.length] ?? '',
    wordsPerMinute: paces[seed % paces.length] ?? 0,
    pitch: pitches[seed % pitches.length] ?? 0,
  };
}

/**
 * When each word begins is the synthesiser's word; it ends where the next one begins. Two words that it speaks as one
 * share their time.
 */
function timed(
  text: string,
  events: EspeakSound['events'],
  trimmedMs: number,
  lengthMs: number,
): Word[] {
  const begins = events.filter(({ type }) => type === 'word');
  const found = [...text.matchAll(/(?:\p{Script=Han}|[^\s\p{Script=Han}]+)[，。！？、：]*/gu)];
  const starts = found.map(({ index, 0: word }) => {
    const event = begins.find(({ text_position: at }) => at > index && at <= index + word.length);
    return event && Math.min(lengthMs, Math.max(0, event.audio_position - trimmedMs));
  });
  const nextKnown = (index: number) => {
    const next = starts.findIndex((startMs, i) => i >= index && startMs !== undefined);
    return next === -1
      ? { index: starts.length, startMs: lengthMs }
      : { index: next, startMs: starts[next] ?? lengthMs };
  };
  let lastMs = 0;
  const filled = starts.map((startMs, index) => {
    const next = nextKnown(index);
    return (lastMs = startMs ?? lastMs + (next.startMs - lastMs) / (next.index - index + 1));
  });
  return found.map(([word], index) => ({
    text: word,
    startMs: filled[index] ?? 0,
    endMs: filled[index + 1] ?? lengthMs,
  }));
}

function atLevel(sound: Float64Array, dbfs: number): Int16Array {
  const rms = Math.sqrt(sound.reduce((sum, x) => sum + x * x, 0) / sound.length);
  const gain = (10 ** (dbfs / 20) * 32_768) / rms;
  return Int16Array.from(sound, (x) => Math.max(-32_768, Math.min(32_767, x * gain)));
}

function gained(samples: Int16Array, db: number): Int16Array {
  const gain = 10 ** (db / 20);
  return samples.map((sample) => Math.max(-32_768, Math.min(32_767, sample * gain)));
}

const samplesOf = (ms: number) => Math.round((ms * hearingRateHz) / 1000);
const msOf = (samples: Int16Array) => (samples.length * 1000) / hearingRateHz;
