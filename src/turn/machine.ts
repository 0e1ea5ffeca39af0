import { apologiseOrWait, endOrWait, farInThePastMs, isEndedByClient } from './ending.ts';
import {
  dropNoise,
  endNoise,
  isNoisy,
  leaveNoise,
  lookAtNoise,
  onNoisePartial,
  onNoiseWords,
  pauseNoise,
  resumeNoise,
} from './noise.ts';
import {
  beginYielding,
  goOnYielding,
  judge,
  takeFloor,
  wakeYielding,
  yieldFromStart,
} from './overlap.ts';
import { beginHearing, lookAtSpeech, noteWords, onLook } from './steady.ts';
import { stepTrailing } from './trailing.ts';
import type { Hearing, Step, Turn, TurnEvent, TurnRules } from './turn.ts';

/** The turn machine. Pure: everything it wants done is in `effects`, everything it knows of time is `nowMs`. */
export function step(turn: Turn, event: TurnEvent, nowMs: number, rules: TurnRules): Step {
  if (event.kind === 'replyBegan') return onReplyBegan(turn, event.turnId, nowMs);
  if (turn.state === 'trailing') return stepTrailing(turn, event, nowMs, rules);
  switch (event.kind) {
    case 'speechStarted':
      return onSpeechStarted(turn, event, nowMs);
    case 'speechPaused':
      return onSpeechPaused(turn, event.endedMs, rules);
    case 'speechResumed':
      return onSpeechResumed(turn, event, nowMs);
    case 'partial':
      return onPartial(turn, event.words, nowMs, rules);
    case 'transcript':
      return onTranscript(turn, event.words, nowMs, rules);
    case 'transcriptFailed':
      return onTranscriptFailed(turn, nowMs, rules);
    case 'woken':
      return onWoken(turn, nowMs, rules);
    case 'forceEnd':
      return onForceEnd(turn, nowMs, rules);
    case 'otherVoice':
      return isNoisy(turn) ? leaveNoise(turn) : stay(turn);
    case 'replyEnded':
      return onReplyEnded(turn, event.turnId, nowMs);
    case 'interrupt':
      return onInterrupt(turn, nowMs);
  }
}

type Untrailed = Exclude<Turn, { state: 'trailing' }>;
type Of<K extends TurnEvent['kind']> = Extract<TurnEvent, { kind: K }>;

const stay = (turn: Turn): Step => ({ next: turn, effects: [] });

function onSpeechStarted(
  turn: Untrailed,
  { startedMs, rest }: Of<'speechStarted'>,
  nowMs: number,
): Step {
  if (isNoisy(turn)) return resumeNoise(turn, nowMs);
  switch (turn.state) {
    case 'hearing':
      return stay(turn);
    case 'listening':
      return beginHearing(startedMs, nowMs);
    case 'pausing':
    case 'yielding':
      return onSpeechResumed(turn, { kind: 'speechResumed' }, nowMs);
    case 'replying':
      return beginYielding(turn.turnId, startedMs, rest);
  }
}

function onSpeechPaused(turn: Untrailed, endedMs: number, rules: TurnRules): Step {
  if (isNoisy(turn)) return pauseNoise(turn, endedMs, rules);
  const guessAtMs = endedMs + rules.guessAfterMs;
  switch (turn.state) {
    case 'pausing':
      return stay(turn);
    case 'listening':
    case 'replying':
      // A sound that is none of the user's words, or was interrupted, is over: the next one is another utterance.
      return { next: turn, effects: [{ kind: 'dropUtterance' }] };
    case 'hearing':
      return {
        next: { state: 'pausing', sinceMs: turn.sinceMs, silentSinceMs: endedMs, words: undefined },
        effects: [
          // Words that were asked for before the pause are not all of them.
          ...(turn.looked ? [{ kind: 'discardGuess' } as const] : []),
          { kind: 'wakeAt', atMs: guessAtMs },
        ],
      };
    case 'yielding':
      return {
        next: { ...turn, silentSinceMs: endedMs, words: undefined },
        effects: [{ kind: 'wakeAt', atMs: guessAtMs }],
      };
  }
}

function onSpeechResumed(turn: Untrailed, { rest }: Of<'speechResumed'>, nowMs: number): Step {
  if (isNoisy(turn)) return resumeNoise(turn, nowMs);
  switch (turn.state) {
    case 'hearing':
      return stay(turn);
    case 'listening':
      return beginHearing(nowMs, nowMs);
    case 'replying':
      return beginYielding(turn.turnId, nowMs, rest);
    case 'pausing': {
      const hearing = beginHearing(turn.sinceMs, nowMs);
      return { next: hearing.next, effects: [{ kind: 'discardGuess' }, ...hearing.effects] };
    }
    case 'yielding':
      return goOnYielding(turn, nowMs);
  }
}

function onPartial(turn: Untrailed, words: string, nowMs: number, rules: TurnRules): Step {
  if (isNoisy(turn)) return onNoisePartial(turn, words, nowMs, rules);
  switch (turn.state) {
    case 'listening':
    case 'replying':
    case 'pausing': // those of the whole utterance are on their way
      return stay(turn);
    case 'hearing':
      return stay(noteWords(turn, words, nowMs));
    case 'yielding':
      return turn.silentSinceMs === undefined
        ? judge({ ...turn, words }, nowMs, rules)
        : stay(turn);
  }
}

function onTranscript(turn: Untrailed, words: string, nowMs: number, rules: TurnRules): Step {
  if (isNoisy(turn)) return onNoiseWords(turn, words, nowMs, rules);
  switch (turn.state) {
    case 'listening':
    case 'replying':
      return stay(turn);
    case 'hearing':
      return onLook(turn, words, nowMs);
    case 'pausing':
      return endOrWait({ ...turn, words }, nowMs, rules);
    case 'yielding':
      return judge({ ...turn, words }, nowMs, rules);
  }
}

function onTranscriptFailed(turn: Untrailed, nowMs: number, rules: TurnRules): Step {
  if (isNoisy(turn)) return dropNoise(turn);
  switch (turn.state) {
    case 'listening':
    case 'hearing': // asked again after a while
    case 'replying':
    case 'yielding': // the length of the sound decides
      return stay(turn);
    case 'pausing': {
      // What the user had said before stays with the apology: it is not answered in its place.
      const { next, effects } = apologiseOrWait(turn, nowMs, rules);
      return { next, effects: [{ kind: 'discardGuess' }, ...effects] };
    }
  }
}

function onWoken(turn: Untrailed, nowMs: number, rules: TurnRules): Step {
  if (isNoisy(turn)) return lookAtNoise(turn, nowMs);
  switch (turn.state) {
    case 'listening':
    case 'replying':
      return stay(turn);
    case 'hearing':
      // However long they speak without a pause.
      if (isEndedByClient(rules)) return stay(turn);
      return lookAtSpeech(turn, nowMs) ?? endHere(turn, nowMs);
    case 'pausing':
      if (turn.isUnheard) return apologiseOrWait(turn, nowMs, rules);
      return turn.words === undefined
        ? { next: turn, effects: [{ kind: 'transcribe' }] }
        : endOrWait({ ...turn, words: turn.words }, nowMs, rules);
    case 'yielding':
      return wakeYielding(turn, nowMs, rules);
  }
}

function onForceEnd(turn: Untrailed, nowMs: number, rules: TurnRules): Step {
  const silentSinceMs = nowMs - farInThePastMs;
  if (isNoisy(turn)) return endNoise(turn, silentSinceMs);
  switch (turn.state) {
    case 'listening':
    case 'replying':
      return stay(turn);
    case 'hearing':
      return endHere(turn, nowMs);
    case 'pausing': {
      const { sinceMs, words } = turn;
      return words === undefined
        ? {
            next: { state: 'pausing', sinceMs, silentSinceMs, words },
            effects: [{ kind: 'transcribe' }],
          }
        : endOrWait({ ...turn, silentSinceMs, words }, nowMs, rules);
    }
    case 'yielding': {
      const { turnId, sinceMs } = turn;
      return {
        next: { state: 'pausing', sinceMs, silentSinceMs, words: undefined },
        effects: [{ kind: 'cut', turnId, by: 'speech', sinceMs }, { kind: 'transcribe' }],
      };
    }
  }
}

/** What was said until now is the turn. */
function endHere({ sinceMs }: Hearing, nowMs: number): Step {
  const silentSinceMs = nowMs - farInThePastMs;
  return {
    next: { state: 'pausing', sinceMs, silentSinceMs, words: undefined },
    effects: [{ kind: 'transcribe' }],
  };
}

function onReplyBegan(turn: Turn, turnId: string, nowMs: number): Step {
  switch (turn.state) {
    case 'listening':
    case 'replying': {
      // A noise goes on under the next answer as well, and so do the words in it that are still awaited.
      const { noise } = turn;
      return {
        next: { state: 'replying', turnId, ...(noise && { noise }) },
        effects: onInterrupt(turn, nowMs).effects,
      };
    }
    case 'hearing':
    case 'pausing':
      return yieldFromStart(turnId, turn, nowMs);
    case 'yielding':
    case 'trailing': {
      const yielding = yieldFromStart(turnId, turn, nowMs);
      const cut = { kind: 'cut', turnId: turn.turnId, by: 'request', sinceMs: nowMs } as const;
      return { next: yielding.next, effects: [cut, ...yielding.effects] };
    }
  }
}

function onReplyEnded(turn: Untrailed, turnId: string, nowMs: number): Step {
  switch (turn.state) {
    case 'listening':
    case 'hearing':
    case 'pausing':
      return stay(turn);
    case 'replying': {
      const { noise } = turn;
      if (turn.turnId !== turnId) return stay(turn);
      return { next: { state: 'listening', ...(noise && { noise }) }, effects: [] };
    }
    case 'yielding': {
      if (turn.turnId !== turnId) return stay(turn);
      // The answer ended while the user spoke: what they say is simply the next utterance, and the next answer is heard.
      const taken = takeFloor({ ...turn, words: undefined }, nowMs);
      return { next: taken.next, effects: [{ kind: 'resumeVoice', turnId }, ...taken.effects] };
    }
  }
}

function onInterrupt(turn: Untrailed, nowMs: number): Step {
  const cut = (turnId: string) => ({ kind: 'cut', turnId, by: 'request', sinceMs: nowMs }) as const;
  switch (turn.state) {
    case 'listening':
    case 'hearing':
    case 'pausing': // silence is wanted of the character, not of the user
      return stay(turn);
    case 'replying': {
      const { noise } = turn;
      return {
        next: { state: 'listening', ...(noise && { noise }) },
        effects: [cut(turn.turnId)],
      };
    }
    case 'yielding': {
      const taken = takeFloor(turn, nowMs);
      return { next: taken.next, effects: [cut(turn.turnId), ...taken.effects] };
    }
  }
}
