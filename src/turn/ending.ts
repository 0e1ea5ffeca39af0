import { endlessSilenceMs } from './endpointing.ts';
import type { Pausing, Step, TurnRules } from './turn.ts';

/**
 * A recogniser may know no word yet of somebody who has hardly begun. Whoever goes on within this time goes on in the same
 * utterance; one who begins later has the pre-roll before their first word.
 */
const wordlessMs = 500;

/** Silence so long that any words end the turn as soon as they are known, whatever the endpointer waits for. */
export const farInThePastMs = 2 * endlessSilenceMs;

/** Whether the client alone says when a turn is over. */
export function isEndedByClient({ endpointer }: TurnRules): boolean {
  return endpointer.silenceMs('Yes.') >= endlessSilenceMs;
}

/** The user fell silent and their words are known, or known to be none: is it their turn's end, or when would it be? */
export function endOrWait(
  turn: Pausing & { words: string },
  nowMs: number,
  { endpointer }: TurnRules,
): Step {
  const wordless = turn.words.trim() === '';
  const endAtMs = turn.silentSinceMs + (wordless ? wordlessMs : endpointer.silenceMs(turn.words));
  if (nowMs < endAtMs) return { next: turn, effects: [{ kind: 'wakeAt', atMs: endAtMs }] };
  return {
    next: { state: 'listening' },
    effects: wordless
      ? [{ kind: 'discardGuess' }, { kind: 'dropUtterance' }]
      : [{ kind: 'answer' }],
  };
}

/**
 * Their words cannot be had. It is said when their turn is over: whoever only drew breath goes on, and all of it is asked
 * for again.
 */
export function apologiseOrWait(
  { sinceMs, silentSinceMs }: Pausing,
  nowMs: number,
  { endpointer }: TurnRules,
): Step {
  const endAtMs = silentSinceMs + endpointer.silenceMs('');
  if (nowMs >= endAtMs) return { next: { state: 'listening' }, effects: [{ kind: 'apologise' }] };
  return {
    next: { state: 'pausing', sinceMs, silentSinceMs, words: undefined, isUnheard: true },
    effects: [{ kind: 'wakeAt', atMs: endAtMs }],
  };
}
