import { rmsDbfs } from '../../../src/audio/level.ts';

const frameMs = 20;
/** Frames of the two sounds need not begin at the same time. */
const stepMs = 5;
/** Silence is as quiet as this at least, so that noise far below hearing counts for nothing. */
const floorDbfs = -60;

/**
 * How alike two sounds are, by the loudness of their frames: 1 for the same sound, whatever a codec did to it.
 * @param part mono samples that are somewhere in `whole`; both at `sampleRateHz`
 * @returns the correlation at the place where it is highest, -1 to 1
 */
export function likeness(part: Int16Array, whole: Int16Array, sampleRateHz: number): number {
  const wanted = envelope(part, sampleRateHz);
  let best = -1;
  for (let startMs = 0; startMs < frameMs; startMs += stepMs) {
    const heard = envelope(whole.subarray((sampleRateHz * startMs) / 1000), sampleRateHz);
    for (let lag = 0; lag + wanted.length <= heard.length; lag++) {
      best = Math.max(best, correlation(wanted, heard.slice(lag, lag + wanted.length)));
    }
  }
  return best;
}

function envelope(samples: Int16Array, sampleRateHz: number): number[] {
  const frameSamples = (sampleRateHz * frameMs) / 1000;
  return Array.from({ length: Math.floor(samples.length / frameSamples) }, (_, i) =>
    Math.max(floorDbfs, rmsDbfs(samples.subarray(i * frameSamples, (i + 1) * frameSamples))),
  );
}

function correlation(a: number[], b: number[]): number {
  const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let both = 0;
  let ofA = 0;
  let ofB = 0;
  for (const [i, x] of a.entries()) {
    const [fromA, fromB] = [x - meanA, (b[i] ?? 0) - meanB];
    both += fromA * fromB;
    ofA += fromA ** 2;
    ofB += fromB ** 2;
  }
  return both / Math.sqrt(ofA * ofB || 1);
}

const small = /^(?:the|is|to|a|of|in|and|my|me|you|i|it|do|for|at|on)$/;

/** Which part of the words that carry meaning was understood, 0 to 1. */
export function contentOverlap(said: string, understood: string): number {
  const words = (text: string) =>
    (text.toLowerCase().match(/[a-z']+/g) ?? []).filter((word) => !small.test(word));
  const wanted = words(said);
  const found = new Set(words(understood));
  return wanted.filter((word) => found.has(word)).length / wanted.length;
}
