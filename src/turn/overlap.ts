import { judgeBargeIn, nextJudgementMs, type Overlap } from './barge-in.ts';
import { endOrWait } from './ending.ts';
import type { Step, TurnEffect, TurnRules, Yielding } from './turn.ts';

/** Words decide best: while the user makes a sound, they are asked for after the time of a short sentence. */
const askAfterMs = 460;
/** Never wakes sooner: a judgement that is due at once and changes nothing would be asked for for ever. */
const leastWaitMs = 20;

/** A sound begins over the answer: the voice falls silent at once, and it is decided later. */
export function beginYielding(turnId: string, startedMs: number): Step {
  return {
    next: {
      state: 'yielding',
      turnId,
      sinceMs: startedMs,
      silentSinceMs: undefined,
      words: undefined,
    },
    effects: [
      { kind: 'pauseVoice', turnId },
      { kind: 'wakeAt', atMs: startedMs + askAfterMs },
    ],
  };
}

/** The sound goes on: what its words were so far decides nothing any more. */
export function goOnYielding(turn: Yielding, nowMs: number): Step {
  return {
    next: { ...turn, silentSinceMs: undefined, words: undefined },
    effects: [{ kind: 'wakeAt', atMs: nowMs + askAfterMs }],
  };
}

/** The time for a judgement has come. */
export function wakeYielding(turn: Yielding, nowMs: number, rules: TurnRules): Step {
  const judged = judge(turn, nowMs, rules);
  if (judged.next.state !== 'yielding') return judged;
  // Of a sound that goes on the words may be more by now.
  const asks = turn.words === undefined || turn.silentSinceMs === undefined;
  return asks ? { ...judged, effects: [{ kind: 'transcribe' }, ...judged.effects] } : judged;
}

/** Goes on from the very sample, cuts for good, or waits until more is known. */
export function judge(turn: Yielding, nowMs: number, rules: TurnRules): Step {
  const { turnId, sinceMs, silentSinceMs, words } = turn;
  const overlap: Overlap = {
    speechMs: (silentSinceMs ?? nowMs) - sinceMs,
    silentMs: silentSinceMs === undefined ? 0 : nowMs - silentSinceMs,
    words,
  };
  switch (judgeBargeIn(overlap)) {
    case 'undecided': {
      const dueMs = nextJudgementMs(overlap);
      // Words that decide nothing yet are asked for anew; those that have not come are waited for.
      const waitMs = words === undefined ? dueMs : Math.min(askAfterMs, dueMs);
      return {
        next: turn,
        effects: [{ kind: 'wakeAt', atMs: nowMs + Math.max(leastWaitMs, waitMs) }],
      };
    }
    case 'backchannel':
      return goOnReplying(turnId, silentSinceMs !== undefined);
    case 'interruption': {
      const cut: TurnEffect = { kind: 'cut', turnId, by: 'speech', sinceMs };
      if (silentSinceMs === undefined) {
        return { next: { state: 'hearing', sinceMs }, effects: [cut, { kind: 'discardGuess' }] };
      }
      const pausing = { state: 'pausing', sinceMs, silentSinceMs, words } as const;
      if (words === undefined) return { next: pausing, effects: [cut, { kind: 'transcribe' }] };
      const ended = endOrWait({ ...pausing, words }, nowMs, rules);
      return { next: ended.next, effects: [cut, ...ended.effects] };
    }
  }
}

/** @param over whether the sound has ended: one that goes on is one utterance until it does */
function goOnReplying(turnId: string, over: boolean): Step {
  const forget: TurnEffect[] = over ? [{ kind: 'dropUtterance' }] : [];
  return {
    next: { state: 'replying', turnId },
    effects: [{ kind: 'discardGuess' }, ...forget, { kind: 'resumeVoice', turnId }],
  };
}
