import { farInThePastMs } from './ending.ts';
import { takeFloor } from './overlap.ts';
import type { Step, Trailing, TurnEvent, TurnRules } from './turn.ts';

/**
 * The user answers over the last words of a question, which are heard to their end: what they say is only noted, and
 * becomes their turn when the voice is done.
 */
export function stepTrailing(
  turn: Trailing,
  event: Exclude<TurnEvent, { kind: 'replyBegan' }>,
  nowMs: number,
  { guessAfterMs }: TurnRules,
): Step {
  switch (event.kind) {
    case 'speechStarted':
    case 'speechResumed':
      return {
        next: { ...turn, silentSinceMs: undefined, words: undefined },
        effects: [{ kind: 'discardGuess' }],
      };
    case 'speechPaused':
      return {
        next: { ...turn, silentSinceMs: event.endedMs, words: undefined },
        effects: [{ kind: 'wakeAt', atMs: event.endedMs + guessAfterMs }],
      };
    case 'transcript':
      return turn.silentSinceMs === undefined
        ? { next: turn, effects: [] }
        : { next: { ...turn, words: event.words }, effects: [] };
    case 'woken': {
      const asks = turn.silentSinceMs !== undefined && turn.words === undefined;
      return { next: turn, effects: asks ? [{ kind: 'transcribe' }] : [] };
    }
    case 'forceEnd':
      return {
        next: { ...turn, silentSinceMs: nowMs - farInThePastMs },
        effects: [{ kind: 'transcribe' }],
      };
    case 'otherVoice':
    case 'partial':
    case 'transcriptFailed':
      return { next: turn, effects: [] };
    case 'replyEnded':
      return event.turnId === turn.turnId ? takeFloor(turn, nowMs) : { next: turn, effects: [] };
    case 'interrupt': {
      const taken = takeFloor(turn, nowMs);
      const cut = { kind: 'cut', turnId: turn.turnId, by: 'request', sinceMs: nowMs } as const;
      return { next: taken.next, effects: [cut, ...taken.effects] };
    }
  }
}
