import { monologue as wholeMonologue, type Performance } from './performance.ts';

/**
 * How long after the user's last sound an interruption must have stopped the voice for good, beside the time in which the
 * recogniser answers: the voice is silent meanwhile, and before its words nobody knows what the sound was.
 */
const cutWithinMs = 900;

/** What one performance shows. A field is undefined where it has no meaning for the scene. */
export type Verdict = {
  performance: Performance;
  /** The answer began before the user was done. */
  cutOff: boolean | undefined;
  /** From the user's last word to the release of the answer; undefined also when it came too early or not at all. */
  extraWaitMs: number | undefined;
  /** Words after the user's last one that were never answered, or answers to nothing. */
  lost: boolean;
  answeredTwice: boolean;
  answeredNothing: boolean;
  /** The voice went on although the user wanted the floor. */
  missed: boolean | undefined;
  /** The voice was paused or cut for nothing. */
  falseInterruption: boolean | undefined;
  /** ... and went on from the very sample, to its end. */
  resumed: boolean | undefined;
  /** From the user's first sound to the voice's silence. */
  silenceAfterMs: number | undefined;
};

/** @param recogniserMs in which the recogniser answers */
export function judge(performance: Performance, recogniserMs: number): Verdict {
  const { scene, answers, cutAtMs, pausedAtMs, monologue } = performance;
  const { expected } = scene.script;
  const isAnswered = expected === 'answer' || expected === 'interrupt';
  const early = answers.filter(({ releasedAtMs }) => releasedAtMs < scene.endMs);
  const late = answers.filter(({ releasedAtMs }) => releasedAtMs >= scene.endMs);
  const disturbed = pausedAtMs.length > 0 || cutAtMs.length > 0;
  const last = late.at(-1);
  const falseInterruption = expected === 'goOn' ? disturbed : undefined;
  return {
    performance,
    cutOff: isAnswered ? early.length > 0 : undefined,
    extraWaitMs:
      isAnswered && early.length === 0 && last ? last.releasedAtMs - scene.endMs : undefined,
    lost: isAnswered && late.length === 0,
    answeredTwice: late.length > 1,
    answeredNothing: !isAnswered && answers.length > 0,
    missed:
      expected === 'interrupt'
        ? !cutAtMs.some((atMs) => atMs <= scene.endMs + cutWithinMs + recogniserMs)
        : undefined,
    falseInterruption,
    resumed: falseInterruption
      ? cutAtMs.length === 0 &&
        monologue?.heard === wholeMonologue &&
        Math.abs(monologue.heardMs - monologue.wholeMs) < 0.5
      : undefined,
    silenceAfterMs:
      expected === 'interrupt' && pausedAtMs[0] !== undefined
        ? pausedAtMs[0] - scene.startMs
        : undefined,
  };
}
