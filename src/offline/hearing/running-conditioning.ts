import { hearingRateHz } from '../../frames/pcm.ts';
import { PinkNoise } from './pink-noise.ts';

const frameSamples = hearingRateHz / 100; // 10 ms
/** Levels are those of 160 ms: a click is not loud by that, a vowel is. */
const windowFrames = 16;
/** RMS that the loudest 160 ms so far are brought to; speech as a whole has about 60% of that. */
const loudestLevel = 5_000;
/** Quieter sound than this (-56 dBFS) is not lifted any further: it would be a fan, not a voice. */
const leastLevel = 50;
/** The noise floor of a quiet room under it, and before it, as in `conditioning.ts`. */
const noiseLevel = 150;
const marginMs = 300;
/** What is quieter than the loudest by more than this (26 dB), before the speech, is cut off. */
const quietRatio = 20;

/**
 * Does for sound that is still being spoken what `conditioned` does for a whole recording, as well as it can be known
 * by then: the level follows the loudest sound so far.
 */
export class RunningConditioning {
  readonly #noise = new PinkNoise();
  #squares: number[] = [];
  #loudest = leastLevel;
  #isFirst = true;

  /**
   * @param samples mono PCM at 16 kHz; the first piece should have some speech in it already, to get its level from
   * @returns as many; of the first piece what is speech, with the rest of a room before it
   */
  push(samples: Int16Array): Int16Array {
    this.#measure(samples);
    if (!this.#isFirst) return this.#withRoom(samples, 0);
    this.#isFirst = false;
    const quiet = this.#loudest / quietRatio;
    let from = 0;
    while (from + frameSamples <= samples.length && rms(samples, from) < quiet)
      from += frameSamples;
    return this.#withRoom(samples.subarray(from), (hearingRateHz * marginMs) / 1000);
  }

  #withRoom(samples: Int16Array, margin: number): Int16Array {
    const gain = loudestLevel / this.#loudest;
    const room = new Int16Array(margin + samples.length);
    for (let i = 0; i < room.length; i++) {
      const sample = (samples[i - margin] ?? 0) * gain + this.#noise.next() * noiseLevel;
      room[i] = Math.max(-32_768, Math.min(32_767, Math.round(sample)));
    }
    return room;
  }

  #measure(samples: Int16Array): void {
    for (let at = 0; at + frameSamples <= samples.length; at += frameSamples) {
      this.#squares.push(rms(samples, at) ** 2);
      if (this.#squares.length > windowFrames) this.#squares.shift();
      const mean = this.#squares.reduce((total, square) => total + square, 0) / windowFrames;
      this.#loudest = Math.max(this.#loudest, Math.sqrt(mean));
    }
  }
}

/** Of one frame. */
function rms(samples: Int16Array, at: number): number {
  let sum = 0;
  for (let i = at; i < at + frameSamples; i++) sum += (samples[i] ?? 0) ** 2;
  return Math.sqrt(sum / frameSamples);
}
