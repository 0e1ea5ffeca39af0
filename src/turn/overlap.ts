import { isAsked, type AnswerRest } from './answer-rest.ts';
import { judgeBargeIn, nextJudgementMs, type Overlap } from './barge-in.ts';
import { endOrWait } from './ending.ts';
import { beginHearing, beginNoise } from './steady.ts';
import type { Step, TurnEffect, TurnRules, Yielding } from './turn.ts';

/** Words decide best: while the user makes a sound, they are asked for after the time of a short sentence. */
const askAfterMs = 460;
/** Never wakes sooner: a judgement that is due at once and changes nothing would be asked for for ever. */
const leastWaitMs = 20;

/** A sound begins over the answer: the voice falls silent at once, and it is decided later. */
export function beginYielding(turnId: string, startedMs: number, rest?: AnswerRest): Step {
  const sound = { turnId, sinceMs: startedMs, silentSinceMs: undefined, words: undefined };
  if (rest && isAsked(rest)) return { next: { state: 'trailing', ...sound }, effects: [] };
  return {
    next: { state: 'yielding', ...sound, rest },
    effects: [
      { kind: 'pauseVoice', turnId },
      { kind: 'wakeAt', atMs: startedMs + askAfterMs },
    ],
  };
}

/** An answer to something else begins while the user speaks: it waits until it is known what they say. */
export function yieldFromStart(
  turnId: string,
  speech: { sinceMs: number; silentSinceMs?: number | undefined; words?: string | undefined },
  nowMs: number,
): Step {
  const { sinceMs, silentSinceMs, words } = speech;
  const next: Yielding = {
    state: 'yielding',
    turnId,
    sinceMs,
    silentSinceMs,
    words: silentSinceMs === undefined ? undefined : words,
    rest: undefined,
  };
  const pause: TurnEffect = { kind: 'pauseVoice', turnId };
  if (silentSinceMs === undefined)
    return { next, effects: [pause, { kind: 'wakeAt', atMs: nowMs + askAfterMs }] };
  const decide: TurnEffect = { kind: 'wakeAt', atMs: nowMs + leastWaitMs };
  return { next, effects: [{ kind: 'discardGuess' }, pause, decide] };
}

/** The answer is over, or is not wanted any more; what the user said over it is the next utterance. */
export function takeFloor(
  { sinceMs, silentSinceMs, words }: Pick<Yielding, 'sinceMs' | 'silentSinceMs' | 'words'>,
  nowMs: number,
): Step {
  if (silentSinceMs === undefined) return beginHearing(sinceMs, nowMs);
  const decide: TurnEffect =
    words === undefined ? { kind: 'transcribe' } : { kind: 'wakeAt', atMs: nowMs + leastWaitMs };
  return { next: { state: 'pausing', sinceMs, silentSinceMs, words }, effects: [decide] };
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
  const { turnId, sinceMs, silentSinceMs, words, rest } = turn;
  // A silence from before the sound is a client's word that the turn is over: how long they spoke, it does not tell.
  const isSilent = silentSinceMs !== undefined && silentSinceMs >= sinceMs;
  const overlap: Overlap = {
    speechMs: (isSilent ? silentSinceMs : nowMs) - sinceMs,
    silentMs: isSilent ? nowMs - silentSinceMs : 0,
    words,
    rest,
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
      return goOnReplying(turn, nowMs);
    case 'earlyAnswer':
      return {
        next: { state: 'trailing', turnId, sinceMs, silentSinceMs, words },
        effects: [{ kind: 'resumeVoice', turnId }],
      };
    case 'interruption': {
      const cut: TurnEffect = { kind: 'cut', turnId, by: 'speech', sinceMs };
      if (silentSinceMs === undefined) {
        const hearing = beginHearing(sinceMs, nowMs);
        return { next: hearing.next, effects: [cut, { kind: 'discardGuess' }, ...hearing.effects] };
      }
      const pausing = { state: 'pausing', sinceMs, silentSinceMs, words } as const;
      if (words === undefined) return { next: pausing, effects: [cut, { kind: 'transcribe' }] };
      const ended = endOrWait({ ...pausing, words }, nowMs, rules);
      return { next: ended.next, effects: [cut, ...ended.effects] };
    }
  }
}

/** A sound that goes on is one utterance until it ends: there may yet be words in it. */
function goOnReplying({ turnId, sinceMs, silentSinceMs }: Yielding, nowMs: number): Step {
  const goOn: TurnEffect[] = [{ kind: 'discardGuess' }, { kind: 'resumeVoice', turnId }];
  if (silentSinceMs !== undefined)
    return {
      next: { state: 'replying', turnId },
      effects: [...goOn, { kind: 'dropUtterance' }],
    };
  const noise = beginNoise(sinceMs);
  return {
    next: { state: 'replying', turnId, noise },
    effects: [...goOn, { kind: 'disregard' }, { kind: 'wakeAt', atMs: nowMs + noise.everyMs }],
  };
}
