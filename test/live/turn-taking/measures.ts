import type { Verdict } from './verdict.ts';

/** What many performances show together. Counts, and milliseconds. */
export type Measures = {
  scenes: number;
  turns: number;
  cutOff: number;
  extraWaitMs: Spread | undefined;
  interruptions: number;
  missed: number;
  silenceAfterMs: Spread | undefined;
  falseInterruptions: number;
  resumed: number;
  lost: number;
  answeredTwice: number;
  answeredNothing: number;
  /** Clients were told that the user speaks, though the character went on. */
  toldForNothing: number;
  playedAfterCutMs: number;
};
export type Spread = { p50: number; p90: number };

export function measure(verdicts: readonly Verdict[]): Measures {
  const count = (holds: (verdict: Verdict) => boolean | undefined) =>
    verdicts.filter((verdict) => holds(verdict) === true).length;
  return {
    scenes: verdicts.length,
    turns: count(({ cutOff }) => cutOff !== undefined),
    cutOff: count(({ cutOff }) => cutOff),
    extraWaitMs: spread(verdicts.map(({ extraWaitMs }) => extraWaitMs)),
    interruptions: count(({ missed }) => missed !== undefined),
    missed: count(({ missed }) => missed),
    silenceAfterMs: spread(verdicts.map(({ silenceAfterMs }) => silenceAfterMs)),
    falseInterruptions: count(({ falseInterruption }) => falseInterruption),
    resumed: count(({ resumed }) => resumed),
    lost: count(({ lost }) => lost),
    answeredTwice: count(({ answeredTwice }) => answeredTwice),
    answeredNothing: count(({ answeredNothing }) => answeredNothing),
    toldForNothing: count(
      ({ performance: { scene, toldAtMs } }) =>
        scene.script.expected === 'goOn' && toldAtMs.length > 0,
    ),
    playedAfterCutMs: verdicts.reduce((sum, { performance: p }) => sum + p.playedAfterCutMs, 0),
  };
}

function spread(values: readonly (number | undefined)[]): Spread | undefined {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  const p50 = at(0.5);
  const p90 = at(0.9);
  return p50 === undefined || p90 === undefined ? undefined : { p50, p90 };
}
