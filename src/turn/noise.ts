import { soundOf } from './barge-in.ts';
import { endOrWait } from './ending.ts';
import { beginNoise, hearOutOfNoise } from './steady.ts';
import type { Noise, Step, Turn, TurnEffect, TurnRules } from './turn.ts';

/** Beside a noise that goes on for minutes: each look is a transcription. */
const lastEveryMs = 16_000;
/** The first words of whoever goes on where the noise had paused. */
const soonMs = 460;

/** Nobody speaks, or the character does, and a noise goes on. */
export type Noisy = Extract<Turn, { state: 'listening' | 'replying' }> & { noise: Noise };

export function isNoisy(turn: Turn): turn is Noisy {
  return (turn.state === 'listening' || turn.state === 'replying') && turn.noise !== undefined;
}

/** It is over, or what it was is known. */
function without(turn: Noisy): Turn {
  return turn.state === 'replying'
    ? { state: 'replying', turnId: turn.turnId }
    : { state: 'listening' };
}

const withNoise = (turn: Noisy, noise: Partial<Noise>): Noisy => ({
  ...turn,
  noise: { ...turn.noise, ...noise },
});

/** It pauses, or has ended: what was in it? */
export function pauseNoise(turn: Noisy, endedMs: number, { guessAfterMs }: TurnRules): Step {
  return {
    next: withNoise(turn, { silentSinceMs: endedMs }),
    effects: [{ kind: 'discardGuess' }, { kind: 'wakeAt', atMs: endedMs + guessAfterMs }],
  };
}

export function resumeNoise(turn: Noisy, nowMs: number): Step {
  if (turn.noise.silentSinceMs === undefined) return { next: turn, effects: [] };
  return {
    next: withNoise(turn, beginNoise(turn.noise.sinceMs)),
    effects: [{ kind: 'discardGuess' }, { kind: 'wakeAt', atMs: nowMs + soonMs }],
  };
}

/** Time to look whether there are words in it by now. */
export function lookAtNoise(turn: Noisy, nowMs: number): Step {
  const { silentSinceMs, everyMs } = turn.noise;
  if (silentSinceMs !== undefined) return { next: turn, effects: [{ kind: 'transcribe' }] };
  return {
    next: withNoise(turn, { everyMs: Math.min(lastEveryMs, 2 * everyMs) }),
    effects: [{ kind: 'transcribe' }, { kind: 'wakeAt', atMs: nowMs + everyMs }],
  };
}

/** Push-to-talk was released: there should be words in it. */
export function endNoise(turn: Noisy, silentSinceMs: number): Step {
  return { next: withNoise(turn, { silentSinceMs }), effects: [{ kind: 'transcribe' }] };
}

/** What was taken for a noise has words, or still has none. */
export function onNoiseWords(turn: Noisy, words: string, nowMs: number, rules: TurnRules): Step {
  const { sinceMs, silentSinceMs } = turn.noise;
  const isReplying = turn.state === 'replying';
  const sound = soundOf(words);
  if (sound === 'noise' || (isReplying && sound === 'agreement')) {
    return silentSinceMs === undefined
      ? { next: turn, effects: [{ kind: 'disregard' }] }
      : dropNoise(turn);
  }
  const cut: TurnEffect[] = isReplying
    ? [{ kind: 'cut', turnId: turn.turnId, by: 'speech', sinceMs: undefined }]
    : [];
  const heard =
    silentSinceMs === undefined
      ? hearOutOfNoise(words, nowMs)
      : endOrWait({ state: 'pausing', sinceMs, silentSinceMs, words }, nowMs, rules);
  return { next: heard.next, effects: [...cut, ...heard.effects] };
}

/** Words of a sound that goes on. */
export function onNoisePartial(turn: Noisy, words: string, nowMs: number, rules: TurnRules): Step {
  const isNews = turn.noise.silentSinceMs === undefined && soundOf(words) === 'speech';
  return isNews ? onNoiseWords(turn, words, nowMs, rules) : { next: turn, effects: [] };
}

/** It was somebody else's, who does not have the floor any more. */
export function leaveNoise(turn: Noisy): Step {
  return { next: without(turn), effects: [] };
}

/** Of what has ended no words can be had. */
export function dropNoise(turn: Noisy): Step {
  if (turn.noise.silentSinceMs === undefined) return { next: turn, effects: [] };
  return { next: without(turn), effects: [{ kind: 'dropUtterance' }] };
}
