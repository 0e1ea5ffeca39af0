import { judgeBargeIn, nextJudgementMs } from './barge-in.ts';
import type { Endpointer } from './endpointing.ts';

/**
 * Who has the floor. All times are the injected clock's milliseconds.
 * - listening: nobody speaks, no answer is on its way
 * - hearing: the user speaks
 * - pausing: the user fell silent; the turn ends at `endAtMs` unless they go on. Unknown until there are words.
 * - replying: the answer belongs to the character, whether it is audible yet or not
 * - yielding: the user makes a sound during an answer: the voice is paused until it is clear what the sound was
 */
export type Turn =
  | { state: 'listening' }
  | { state: 'hearing'; sinceMs: number }
  | { state: 'pausing'; sinceMs: number; silentSinceMs: number; words: string | undefined }
  | { state: 'replying'; turnId: string }
  | {
      state: 'yielding';
      turnId: string;
      sinceMs: number;
      /** Undefined while the user makes the sound. */
      silentSinceMs: number | undefined;
      words: string | undefined;
    };

export type TurnEvent =
  /** `startedMs`: when the sound began, a little before it was recognised as speech. */
  | { kind: 'speechStarted'; startedMs: number }
  /** `endedMs`: the end of the last speech heard. */
  | { kind: 'speechPaused'; endedMs: number }
  | { kind: 'speechResumed' }
  /** Words of the utterance as it stood at its last pause. */
  | { kind: 'transcript'; words: string }
  /** There will be no transcript. */
  | { kind: 'transcriptFailed' }
  /** A time asked for by `wakeAt` has come. */
  | { kind: 'woken' }
  /** The client says that the user is done: push-to-talk was released. */
  | { kind: 'forceEnd' }
  /** Something other than speech begins an answer: typed text, a greeting. */
  | { kind: 'replyBegan'; turnId: string }
  /** The answer came to its end by itself. */
  | { kind: 'replyEnded'; turnId: string }
  /** The client, or the closing session, wants silence. */
  | { kind: 'interrupt' };

export type TurnEffect =
  /** Transcribe what was said up to now. */
  | { kind: 'transcribe' }
  /** The user went on: forget the transcript and the answer begun on it. */
  | { kind: 'discardGuess' }
  /** The turn is over: let the answer to it be heard. */
  | { kind: 'answer' }
  /** There were no words in it. */
  | { kind: 'dropUtterance' }
  /** The words cannot be had: say so. */
  | { kind: 'apologise' }
  | { kind: 'pauseVoice'; turnId: string }
  | { kind: 'resumeVoice'; turnId: string }
  /** Stop this answer for good; what the user said over it is the next utterance. */
  | { kind: 'cut'; turnId: string; by: 'speech' | 'request'; sinceMs: number }
  /** Send `woken` at that time; replaces an earlier wish. */
  | { kind: 'wakeAt'; atMs: number };

export type Step = { next: Turn; effects: TurnEffect[] };
export type TurnRules = {
  endpointer: Endpointer;
  /** Silence after which an utterance is transcribed on the chance that it is over. */
  guessAfterMs: number;
};

/** The turn machine. Pure: everything it wants done is in `effects`, everything it knows of time is `nowMs`. */
export function step(turn: Turn, event: TurnEvent, nowMs: number, rules: TurnRules): Step {
  switch (event.kind) {
    case 'speechStarted':
      return onSpeechStarted(turn, event.startedMs, rules);
    case 'speechPaused':
      return onSpeechPaused(turn, event.endedMs, rules);
    case 'speechResumed':
      return onSpeechResumed(turn);
    case 'transcript':
      return onTranscript(turn, event.words, nowMs, rules);
    case 'transcriptFailed':
      return onTranscriptFailed(turn);
    case 'woken':
      return onWoken(turn, nowMs, rules);
    case 'forceEnd':
      return onForceEnd(turn, nowMs);
    case 'replyBegan':
      return onReplyBegan(turn, event.turnId, nowMs);
    case 'replyEnded':
      return onReplyEnded(turn, event.turnId);
    case 'interrupt':
      return onInterrupt(turn, nowMs);
  }
}

const stay = (turn: Turn): Step => ({ next: turn, effects: [] });

function onSpeechStarted(turn: Turn, startedMs: number, rules: TurnRules): Step {
  switch (turn.state) {
    case 'hearing':
      return stay(turn);
    case 'listening':
      return { next: { state: 'hearing', sinceMs: startedMs }, effects: [] };
    case 'pausing':
    case 'yielding':
      return onSpeechResumed(turn);
    case 'replying': {
      const { turnId } = turn;
      const overlap = { speechMs: 0, silentMs: 0, words: undefined };
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
          // Words decide best: ask for them in mid-speech too, at the length of a short sentence.
          {
            kind: 'wakeAt',
            atMs: startedMs + Math.min(nextJudgementMs(overlap), rules.guessAfterMs + 400),
          },
        ],
      };
    }
  }
}

function onSpeechPaused(turn: Turn, endedMs: number, rules: TurnRules): Step {
  switch (turn.state) {
    case 'listening':
    case 'replying':
    case 'pausing':
      return stay(turn);
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

function onSpeechResumed(turn: Turn): Step {
  switch (turn.state) {
    case 'listening':
    case 'hearing':
    case 'replying':
      return stay(turn);
    case 'pausing':
      return {
        next: { state: 'hearing', sinceMs: turn.sinceMs },
        effects: [{ kind: 'discardGuess' }],
      };
    case 'yielding':
      return { next: { ...turn, silentSinceMs: undefined }, effects: [] };
  }
}

function onTranscript(turn: Turn, words: string, nowMs: number, rules: TurnRules): Step {
  switch (turn.state) {
    case 'listening':
    case 'hearing':
    case 'replying':
      return stay(turn);
    case 'pausing':
      if (words.trim() === '') {
        return {
          next: { state: 'listening' },
          effects: [{ kind: 'discardGuess' }, { kind: 'dropUtterance' }],
        };
      }
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
    case 'yielding': {
      const judged = judge(turn, nowMs, rules);
      const asks = judged.next.state === 'yielding' && turn.words === undefined;
      return asks ? { ...judged, effects: [{ kind: 'transcribe' }, ...judged.effects] } : judged;
    }
  }
}

function endOrWait(
  turn: Extract<Turn, { state: 'pausing' }> & { words: string },
  nowMs: number,
  rules: TurnRules,
): Step {
  const endAtMs = turn.silentSinceMs + rules.endpointer.silenceMs(turn.words);
  return nowMs >= endAtMs
    ? { next: { state: 'listening' }, effects: [{ kind: 'answer' }] }
    : { next: turn, effects: [{ kind: 'wakeAt', atMs: endAtMs }] };
}

function judge(turn: Extract<Turn, { state: 'yielding' }>, nowMs: number, rules: TurnRules): Step {
  const { turnId, sinceMs, silentSinceMs, words } = turn;
  const overlap = {
    speechMs: (silentSinceMs ?? nowMs) - sinceMs,
    silentMs: silentSinceMs === undefined ? 0 : nowMs - silentSinceMs,
    words,
  };
  switch (judgeBargeIn(overlap)) {
    case 'undecided':
      return {
        next: turn,
        effects: [{ kind: 'wakeAt', atMs: nowMs + Math.max(20, nextJudgementMs(overlap)) }],
      };
    case 'backchannel':
      return {
        next: { state: 'replying', turnId },
        effects: [
          { kind: 'discardGuess' },
          { kind: 'dropUtterance' },
          { kind: 'resumeVoice', turnId },
        ],
      };
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

function onForceEnd(turn: Turn, nowMs: number): Step {
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
    case 'pausing':
      return turn.words === undefined
        ? {
            next: { ...turn, silentSinceMs: nowMs - farInThePastMs },
            effects: [{ kind: 'transcribe' }],
          }
        : { next: { state: 'listening' }, effects: [{ kind: 'answer' }] };
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
      // The answer ended while the user spoke: what they say is simply the next utterance.
      return turn.silentSinceMs === undefined
        ? { next: { state: 'hearing', sinceMs: turn.sinceMs }, effects: [] }
        : {
            next: {
              state: 'pausing',
              sinceMs: turn.sinceMs,
              silentSinceMs: turn.silentSinceMs,
              words: undefined,
            },
            effects: [{ kind: 'transcribe' }],
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
