import { SampleWindow } from './sample-window.ts';
import { shapesOf } from './sound-shapes.ts';
import { Spectrum, windowSamples } from './spectrum.ts';
import { visemes, type MouthWeights } from './visemes.ts';

/** The mouth is looked at so often; shapes last three times as long at least. */
const hopMs = 10;
const hopSamples = 240;
/** Shapes before and after a moment count in it, the farther the less: lips do not jump. */
const blurMs = 35;
/** As if something this loud had been heard already, -20 dBFS: so that hiss alone does not open the mouth. */
const leastPeak = 1e-2;
/** The loudest so far is forgotten at 3 dB a second. */
const decay = 10 ** -0.003;
/** Below the loudest: speech that is open, and silence. */
const openDb = -24;
const silentDb = -38;

type Hop = { weights: MouthWeights; levelDb: number };

/** The mouth by the sound alone, and how loud it is. */
export class SoundMouth {
  readonly #window = new SampleWindow(windowSamples);
  readonly #spectrum = new Spectrum();
  readonly #hops: Hop[] = [];
  #firstHop = 0;
  #peak = leastPeak;

  /** Until here the weights will not change any more. */
  get settledMs(): number {
    return this.endMs - blurMs;
  }

  get endMs(): number {
    return (this.#firstHop + this.#hops.length) * hopMs;
  }

  /** @param shapes whether the shapes are wanted; loudness alone costs next to nothing */
  push(samples: Int16Array, shapes: boolean): void {
    for (let at = 0; at < samples.length;) {
      const wanted = hopSamples - this.#window.sinceTaken;
      const part = samples.subarray(at, at + wanted);
      this.#window.push(part);
      at += part.length;
      if (this.#window.sinceTaken === hopSamples) this.#hop(this.#window.take(), shapes);
    }
  }

  /** Adds what the sound is like at a time to `weights`. */
  weigh(atMs: number, weights: MouthWeights): void {
    weights.fill(0);
    let sum = 0;
    const from = Math.ceil((atMs - blurMs) / hopMs);
    for (let hop = from; hop * hopMs < atMs + blurMs; hop++) {
      const share = 1 - Math.abs(hop * hopMs - atMs) / blurMs;
      const own = this.#hops[hop - this.#firstHop]?.weights;
      sum += share;
      if (!own) {
        weights[0] = (weights[0] ?? 0) + share;
        continue;
      }
      for (let i = 0; i < weights.length; i++)
        weights[i] = (weights[i] ?? 0) + share * (own[i] ?? 0);
    }
    for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] ?? 0) / sum;
  }

  /** 0 for silence, 1 for the loudest of the last seconds. */
  loudness(atMs: number): number {
    const hop = this.#hops[Math.round(atMs / hopMs) - this.#firstHop];
    return hop ? opening(hop.levelDb, silentDb, 0) : 0;
  }

  forgetBefore(atMs: number): void {
    const spare = Math.floor((atMs - 2 * blurMs) / hopMs) - this.#firstHop;
    if (spare < 64) return;
    this.#hops.splice(0, spare);
    this.#firstHop += spare;
  }

  #hop(samples: Int16Array, shapes: boolean): void {
    const weights = new Float32Array(visemes.length);
    const power = meanPower(samples);
    this.#peak = Math.max(leastPeak, this.#peak * decay, power);
    const levelDb = 10 * Math.log10((power + 1e-12) / this.#peak);
    const open = shapes ? opening(levelDb, silentDb, openDb) : 0;
    if (open > 0) {
      this.#spectrum.look(samples);
      shapesOf(this.#spectrum.power, weights);
      for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] ?? 0) * open;
    }
    weights[0] = 1 - open;
    this.#hops.push({ weights, levelDb });
  }
}

/** @returns 0 up to `from`, 1 from `to` on */
function opening(levelDb: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (levelDb - from) / (to - from)));
}

/** Of full scale. */
function meanPower(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum / samples.length / 32_768 ** 2;
}
