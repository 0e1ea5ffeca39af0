/**
 * The 15 mouth shapes of Oculus lip sync in their order, the keys as Convai's `visemes` message has them.
 * Source: Convai docs, live-apis-beta/server-to-client-messages.md.
 */
export const visemes = [
  'sil',
  'pp',
  'ff',
  'th',
  'dd',
  'kk',
  'ch',
  'ss',
  'nn',
  'rr',
  'aa',
  'e',
  'ih',
  'oh',
  'ou',
] as const;
export type Viseme = (typeof visemes)[number];

/** One weight for each viseme, in order, 0 to 1, together 1. */
export type MouthWeights = Float32Array;

const indices = new Map<string, number>(visemes.map((viseme, index) => [viseme, index]));

export function visemeIndex(viseme: Viseme): number {
  return indices.get(viseme) ?? 0;
}

/** A mouth at rest. */
export function closedMouth(): MouthWeights {
  const weights = new Float32Array(visemes.length);
  weights[0] = 1;
  return weights;
}
