import type { Hearing, Looked, Noise, Step } from './turn.ts';

/**
 * Speech has gaps, if only between two breaths: sound without any for so long is looked at. Its words are asked for, and
 * again a little later, while they become more.
 */
const firstLookMs = 3_000;
const lookEveryMs = 2_000;
/** Who speaks says at least one word more in this time. */
const steadyMs = 1_500;
/** A recogniser that makes up words for music makes up more and more of them; nobody speaks for so long without a gap. */
const longestMs = 45_000;
/** Words that do not come at all are not waited for. */
const giveUpMs = 60_000;

/** Whoever speaks up beside a noise is heard this soon; later where it goes on for minutes. */
const noiseEveryMs = 2_000;

/** A sound goes on without words of its own. */
export function beginNoise(sinceMs: number): Noise {
  return { sinceMs, silentSinceMs: undefined, everyMs: noiseEveryMs };
}

/** The user speaks. */
export function beginHearing(sinceMs: number, nowMs: number): Step {
  return {
    next: { state: 'hearing', sinceMs },
    effects: [{ kind: 'wakeAt', atMs: nowMs + firstLookMs }],
  };
}

/** There are words in what was taken for a noise. */
export function hearOutOfNoise(words: string, nowMs: number): Step {
  return {
    next: { state: 'hearing', sinceMs: nowMs, looked: lookedAt(words, nowMs) },
    effects: [{ kind: 'wakeAt', atMs: nowMs + lookEveryMs }],
  };
}

/** They have spoken for long without a pause. @returns undefined when no words can be waited for any more */
export function lookAtSpeech(turn: Hearing, nowMs: number): Step | undefined {
  const looked = turn.looked ?? lookedAt(undefined, nowMs);
  if (nowMs - looked.sinceMs >= giveUpMs) return undefined;
  return {
    next: { ...turn, looked },
    effects: [{ kind: 'transcribe' }, { kind: 'wakeAt', atMs: nowMs + lookEveryMs }],
  };
}

/** A streaming recogniser tells more words, or others. */
export function noteWords(turn: Hearing, words: string, nowMs: number): Hearing {
  const { looked } = turn;
  if (!looked) return turn;
  const isGrown = looked.words === undefined || words.length > looked.words.length;
  return isGrown ? { ...turn, looked: { ...looked, words, grownAtMs: nowMs } } : turn;
}

const lookedAt = (words: string | undefined, nowMs: number): Looked => ({
  sinceMs: nowMs,
  words,
  grownAtMs: nowMs,
});

/** The words that were asked for: if they have not become more, the user is done and the sound is none of theirs. */
export function onLook(turn: Hearing, words: string, nowMs: number): Step {
  const noted = noteWords(turn, words.trim(), nowMs);
  const { sinceMs: lookedMs, grownAtMs } = noted.looked ?? lookedAt(words, nowMs);
  const isOver = nowMs - grownAtMs >= steadyMs || nowMs - lookedMs >= longestMs;
  if (!isOver) return { next: noted, effects: [] };
  const noise = beginNoise(turn.sinceMs);
  return {
    next: { state: 'listening', noise },
    effects: [
      { kind: 'wakeAt', atMs: nowMs + noise.everyMs },
      words.trim() === '' ? { kind: 'disregard' } : { kind: 'answer' },
    ],
  };
}
