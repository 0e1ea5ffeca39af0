import { endOrWait } from './ending.ts';
import type { Step, Turn, TurnEvent, TurnRules } from './turn.ts';
import { beginYielding, goOnYielding, judge, wakeYielding } from './overlap.ts';

/** The turn machine. Pure: everything it wants done is in `effects`, everything it knows of time is `nowMs`. */
export function step(turn: Turn, event: TurnEvent, nowMs: number, rules: TurnRules): Step {
  switch (event.kind) {
    case 'speechStarted':
      return onSpeechStarted(turn, event.startedMs, nowMs);
    case 'speechPaused':
      return onSpeechPaused(turn, event.endedMs, rules);
    case 'speechResumed':
      return onSpeechResumed(turn, nowMs);
    case 'transcript':
      return onTranscript(turn, event.words, nowMs, rules);
    case 'transcriptFailed':
      return onTranscriptFailed(turn);
    case 'woken':
      return onWoken(turn, nowMs, rules);
    case 'forceEnd':
      return onForceEnd(turn, nowMs, rules);
    case 'replyBegan':
      return onReplyBegan(turn, event.turnId, nowMs);
    case 'replyEnded':
      return onReplyEnded(turn, event.turnId);
    case 'interrupt':
      return onInterrupt(turn, nowMs);
  }
}

const stay = (turn: Turn): Step => ({ next: turn, effects: [] });

function onSpeechStarted(turn: Turn, startedMs: number, nowMs: number): Step {
  switch (turn.state) {
    case 'hearing':
      return stay(turn);
    case 'listening':
      return { next: { state: 'hearing', sinceMs: startedMs }, effects: [] };
    case 'pausing':
    case 'yielding':
      return onSpeechResumed(turn, nowMs);
    case 'replying':
      return beginYielding(turn.turnId, startedMs);
  }
}

function onSpeechPaused(turn: Turn, endedMs: number, rules: TurnRules): Step {
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
        effects: [{ kind: 'wakeAt', atMs: endedMs + rules.guessAfterMs }],
      };
    case 'yielding':
      return {
        next: { ...turn, silentSinceMs: endedMs, words: undefined },
        effects: [{ kind: 'wakeAt', atMs: endedMs + rules.guessAfterMs }],
      };
  }
}

function onSpeechResumed(turn: Turn, nowMs: number): Step {
  switch (turn.state) {
    case 'hearing':
      return stay(turn);
    case 'listening':
      return { next: { state: 'hearing', sinceMs: nowMs }, effects: [] };
    case 'replying':
      return beginYielding(turn.turnId, nowMs);
    case 'pausing':
      return {
        next: { state: 'hearing', sinceMs: turn.sinceMs },
        effects: [{ kind: 'discardGuess' }],
      };
    case 'yielding':
      return goOnYielding(turn, nowMs);
  }
}

function onTranscript(turn: Turn, words: string, nowMs: number, rules: TurnRules): Step {
  switch (turn.state) {
    case 'listening':
    case 'hearing':
    case 'replying':
      return stay(turn);
    case 'pausing':
      return endOrWait({ ...turn, words }, nowMs, rules);
    case 'yielding':
      return judge({ ...turn, words }, nowMs, rules);
  }
}

function onTranscriptFailed(turn: Turn): Step {
  switch (turn.state) {
    case 'listening':
    case 'hearing':
    case 'replying':
      return stay(turn);
    case 'pausing':
      return {
        next: { state: 'listening' },
        effects: [{ kind: 'discardGuess' }, { kind: 'dropUtterance' }, { kind: 'apologise' }],
      };
    case 'yielding':
      return stay(turn); // the length of the sound decides
  }
}

function onWoken(turn: Turn, nowMs: number, rules: TurnRules): Step {
  switch (turn.state) {
    case 'listening':
    case 'hearing':
    case 'replying':
      return stay(turn);
    case 'pausing':
      return turn.words === undefined
        ? { next: turn, effects: [{ kind: 'transcribe' }] }
        : endOrWait({ ...turn, words: turn.words }, nowMs, rules);
    case 'yielding':
      return wakeYielding(turn, nowMs, rules);
  }
}

function onForceEnd(turn: Turn, nowMs: number, rules: TurnRules): Step {
  switch (turn.state) {
    case 'listening':
    case 'replying':
      return stay(turn);
    case 'hearing':
      return {
        next: {
          state: 'pausing',
          sinceMs: turn.sinceMs,
          silentSinceMs: nowMs - farInThePastMs,
          words: undefined,
        },
        effects: [{ kind: 'transcribe' }],
      };
    case 'pausing': {
      const { words } = turn;
      const silentSinceMs = nowMs - farInThePastMs;
      return words === undefined
        ? { next: { ...turn, silentSinceMs }, effects: [{ kind: 'transcribe' }] }
        : endOrWait({ ...turn, silentSinceMs, words }, nowMs, rules);
    }
    case 'yielding':
      return {
        next: {
          state: 'pausing',
          sinceMs: turn.sinceMs,
          silentSinceMs: nowMs - farInThePastMs,
          words: undefined,
        },
        effects: [
          { kind: 'cut', turnId: turn.turnId, by: 'speech', sinceMs: turn.sinceMs },
          { kind: 'transcribe' },
        ],
      };
  }
}
/** Silence so long that any words end the turn as soon as they are known. */
const farInThePastMs = 60_000;

function onReplyBegan(turn: Turn, turnId: string, nowMs: number): Step {
  const before = onInterrupt(turn, nowMs);
  return { next: { state: 'replying', turnId }, effects: before.effects };
}

function onReplyEnded(turn: Turn, turnId: string): Step {
  switch (turn.state) {
    case 'listening':
    case 'hearing':
    case 'pausing':
      return stay(turn);
    case 'replying':
      return turn.turnId === turnId ? { next: { state: 'listening' }, effects: [] } : stay(turn);
    case 'yielding':
      if (turn.turnId !== turnId) return stay(turn);
      // The answer ended while the user spoke: what they say is simply the next utterance, and the next answer is heard.
      return turn.silentSinceMs === undefined
        ? {
            next: { state: 'hearing', sinceMs: turn.sinceMs },
            effects: [{ kind: 'resumeVoice', turnId }],
          }
        : {
            next: {
              state: 'pausing',
              sinceMs: turn.sinceMs,
              silentSinceMs: turn.silentSinceMs,
              words: undefined,
            },
            effects: [{ kind: 'resumeVoice', turnId }, { kind: 'transcribe' }],
          };
  }
}

function onInterrupt(turn: Turn, nowMs: number): Step {
  switch (turn.state) {
    case 'listening':
      return stay(turn);
    case 'hearing':
      return stay(turn);
    case 'pausing':
      return {
        next: { state: 'listening' },
        effects: [{ kind: 'discardGuess' }, { kind: 'dropUtterance' }],
      };
    case 'replying':
      return {
        next: { state: 'listening' },
        effects: [{ kind: 'cut', turnId: turn.turnId, by: 'request', sinceMs: nowMs }],
      };
    case 'yielding':
      return {
        next:
          turn.silentSinceMs === undefined
            ? { state: 'hearing', sinceMs: turn.sinceMs }
            : { state: 'listening' },
        effects: [
          { kind: 'cut', turnId: turn.turnId, by: 'request', sinceMs: nowMs },
          { kind: 'discardGuess' },
        ],
      };
  }
}
