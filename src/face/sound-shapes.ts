import { visemeIndex, visemes, type MouthWeights, type Viseme } from './visemes.ts';

/** The first bin of each band and the one after the last: 93.75 Hz each, 94 Hz to 8.4 kHz in ten bands. */
const bandEdges: readonly number[] = [1, 4, 6, 9, 13, 18, 24, 32, 48, 64, 90];

/**
 * How a shape sounds: decibels of each band against the whole. Means over six sentences in five voices of espeak-ng
 * (three of men, two of women), the middle half of each phoneme. What cannot be told apart by ear in 10 ms is left
 * out: [t] and [k] pass too quickly, [θ] is like [f], [m] like [n].
 */
const prototypes: readonly (readonly [Viseme, readonly number[]])[] = [
  ['ff', [-3, -9, -18, -26, -21, -23, -22, -18, -19, -15]],
  ['ch', [-27, -29, -31, -33, -30, -18, -7, -7, -6, -9]],
  ['ss', [-9, -19, -29, -28, -24, -26, -23, -13, -6, -8]],
  ['nn', [-3, -6, -14, -38, -33, -29, -24, -20, -43, -38]],
  ['rr', [-7, -5, -12, -29, -10, -15, -22, -19, -45, -35]],
  ['aa', [-11, -11, -4, -9, -8, -32, -20, -16, -43, -35]],
  ['e', [-10, -7, -4, -20, -13, -20, -17, -15, -43, -36]],
  ['ih', [-5, -4, -19, -45, -45, -24, -14, -12, -40, -37]],
  ['oh', [-15, -13, -4, -5, -23, -45, -25, -20, -45, -38]],
  ['ou', [-6, -4, -16, -23, -27, -35, -23, -23, -45, -37]],
];
const candidates = prototypes.map(([viseme, bands]) => ({ index: visemeIndex(viseme), bands }));

/** Quieter bands say nothing but how clean the recording is. */
const quietestDb = -45;
/** Spread of a band within a shape; twice as wide as measured, for voices differ, and bands go together. */
const spreadDb = 18;

/** Fills `weights` with how much a spectrum is like each shape, together 1. @param power by bins, as in `Spectrum` */
export function shapesOf(power: Float64Array, weights: MouthWeights): void {
  let whole = 1e-12;
  for (let k = bandEdges[0] ?? 0; k < (bandEdges.at(-1) ?? 0); k++) whole += power[k] ?? 0;
  const distances = new Float64Array(visemes.length);
  for (let band = 0; band < bandEdges.length - 1; band++) {
    let sum = 0;
    for (let k = bandEdges[band] ?? 0; k < (bandEdges[band + 1] ?? 0); k++) sum += power[k] ?? 0;
    const levelDb = Math.max(quietestDb, 10 * Math.log10((sum + 1e-15) / whole));
    for (const { index, bands } of candidates) {
      distances[index] = (distances[index] ?? 0) + ((levelDb - (bands[band] ?? 0)) / spreadDb) ** 2;
    }
  }
  weights.fill(0);
  let total = 0;
  for (const { index } of candidates) {
    const likeness = Math.exp(-2 * (distances[index] ?? 0));
    weights[index] = likeness;
    total += likeness;
  }
  for (const { index } of candidates) weights[index] = (weights[index] ?? 0) / (total + 1e-30);
}
