import type { TimedPhoneme } from '../frames/speech-timing.ts';
import { gesturesOf, type Gesture } from './gestures.ts';
import { visemes, type MouthWeights, type Viseme } from './visemes.ts';

/**
 * How strongly a shape insists on itself against its neighbours: lips must meet for a [p] and round for an [u], while
 * the tongue of a [k] is hidden and the mouth may look like the vowel beside it.
 */
const insistence: Readonly<Record<Viseme, number>> = {
  sil: 1,
  pp: 4,
  ff: 3,
  th: 1.4,
  dd: 0.9,
  kk: 0.7,
  ch: 1.8,
  ss: 1.2,
  nn: 0.8,
  rr: 1,
  aa: 1.2,
  e: 1,
  ih: 1,
  oh: 1.4,
  ou: 1.7,
};
const insistences = visemes.map((viseme) => insistence[viseme]);

/**
 * A shape shows before its sound and after it, fading by this constant, and no farther than `reachMs`: after so much
 * silence the mouth is closed. Lips that meet part again quickly.
 */
const fadeMs = 28;
const quickFadeMs = 18;
const reachMs = 120;
const fades = visemes.map((viseme) => {
  const ownMs = viseme === 'pp' || viseme === 'ff' ? quickFadeMs : fadeMs;
  return { ownMs, floor: Math.exp(-reachMs / ownMs) };
});

/**
 * The mouth of sound whose phonemes are known. Neighbouring shapes blend by dominance (Cohen and Massaro, 1993,
 * "Modeling coarticulation in synthetic visual speech"): each fades out around its own time, and the sum is one.
 */
export class TimedMouth {
  #gestures: Gesture[] = [];

  get endMs(): number {
    return this.#gestures.at(-1)?.endMs ?? 0;
  }

  /** @param fromMs where the phonemes' times begin in the sound of the answer */
  push(phonemes: readonly TimedPhoneme[], fromMs: number): void {
    this.#gestures.push(...gesturesOf(phonemes, fromMs));
  }

  /** Fills `weights`; at rest where nothing is known. */
  weigh(atMs: number, weights: MouthWeights): void {
    weights.fill(0);
    let sum = 0;
    for (const { viseme, startMs, endMs } of this.#gestures) {
      if (startMs - reachMs > atMs) break;
      const distanceMs = Math.max(startMs - atMs, atMs - endMs, 0);
      if (distanceMs >= reachMs) continue;
      const { ownMs, floor } = fades[viseme] ?? { ownMs: fadeMs, floor: 0 };
      const near = (Math.exp(-distanceMs / ownMs) - floor) / (1 - floor);
      const dominance = near * (insistences[viseme] ?? 1);
      weights[viseme] = (weights[viseme] ?? 0) + dominance;
      sum += dominance;
    }
    // Beyond the last shape and before the first the mouth is at rest.
    const rest = Math.max(0, 1 - sum);
    weights[0] = (weights[0] ?? 0) + rest;
    const whole = sum + rest;
    for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] ?? 0) / whole;
  }

  /** Nothing before this time is asked for any more. */
  forgetBefore(atMs: number): void {
    const first = this.#gestures.findIndex(({ endMs }) => endMs + reachMs > atMs);
    if (first > 32) this.#gestures = this.#gestures.slice(first);
  }
}
