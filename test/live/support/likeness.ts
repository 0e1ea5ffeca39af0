import { rmsDbfs } from '../../../src/audio/level.ts';

const frameMs = 20;
/** Frames of the two sounds need not begin at the same time. */
const stepMs = 5;
/** A jitter buffer stretches and shrinks what it plays by some frames; within this long it hardly does. */
const windowMs = 1_000;
const mostShiftMs = 300;
/** Silence is as quiet as this at least, so that noise far below hearing counts for nothing. */
const floorDbfs = -60;

/**
 * How alike two sounds are, by the loudness of their frames: 1 for the same sound, whatever a codec did to it.
 * @param part mono samples that are somewhere in `whole`; both at `sampleRateHz`
 * @returns the correlation of its windows, each at the place near its own where it is highest; -1 to 1
 */
export function likeness(part: Int16Array, whole: Int16Array, sampleRateHz: number): number {
  const wanted = envelope(part, sampleRateHz);
  const heard = Array.from({ length: frameMs / stepMs }, (_, i) =>
    envelope(whole.subarray((sampleRateHz * stepMs * i) / 1000), sampleRateHz),
  );
  const lags = heard[0]?.length ?? 0;
  const best = (from: number, frames: number, firstLag: number, lastLag: number) => {
    const piece = wanted.slice(from, from + frames);
    let found = { lag: 0, correlation: -1 };
    for (const loudness of heard)
      for (let lag = Math.max(-from, firstLag); lag <= lastLag; lag++) {
        const there = loudness.slice(from + lag, from + lag + piece.length);
        if (there.length < piece.length) break;
        const like = correlation(piece, there);
        if (like > found.correlation) found = { lag, correlation: like };
      }
    return found;
  };
  const { lag } = best(0, wanted.length, 0, lags);
  const frames = windowMs / frameMs;
  const shift = mostShiftMs / frameMs;
  const windows = Array.from({ length: Math.floor(wanted.length / frames) }, (_, i) =>
    best(i * frames, frames, lag - shift, lag + shift),
  );
  return mean(windows.map((window) => window.correlation));
}

function envelope(samples: Int16Array, sampleRateHz: number): number[] {
  const frameSamples = (sampleRateHz * frameMs) / 1000;
  return Array.from({ length: Math.floor(samples.length / frameSamples) }, (_, i) =>
    Math.max(floorDbfs, rmsDbfs(samples.subarray(i * frameSamples, (i + 1) * frameSamples))),
  );
}

const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

function correlation(a: number[], b: number[]): number {
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
