import type { Entry } from './entry.ts';

/** A session in a few numbers, in milliseconds; undefined where nothing was measured. */
export type Figures = {
  answers: number;
  /** From the end of the user's speech, or from their text, to the first sound. */
  medianMs: number | undefined;
  fastestMs: number | undefined;
  slowestMs: number | undefined;
  /** The median from the user's barge-in to silence. */
  bargeInMs: number | undefined;
};

/** Counts answers to the user alone: a greeting waits for nobody. */
export function figuresOf(entries: readonly Entry[]): Figures {
  const stages = entries.flatMap((entry) =>
    entry.kind === 'character' && entry.trace && entry.trace.origin !== 'greeting'
      ? [entry.trace.stages]
      : [],
  );
  const sounds = ascending(stages.map(({ firstSoundMs }) => firstSoundMs));
  return {
    answers: stages.length,
    medianMs: median(sounds),
    fastestMs: sounds[0],
    slowestMs: sounds.at(-1),
    bargeInMs: median(ascending(stages.map(({ bargeInToSilenceMs }) => bargeInToSilenceMs))),
  };
}

function ascending(values: (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined).sort((a, b) => a - b);
}

function median(sorted: number[]): number | undefined {
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}
