import type { Pausing, Step, TurnRules } from './turn.ts';

/** The user fell silent and their words are known: is it their turn's end, or when would it be? */
export function endOrWait(
  turn: Pausing & { words: string },
  nowMs: number,
  { endpointer }: TurnRules,
): Step {
  const endAtMs = turn.silentSinceMs + endpointer.silenceMs(turn.words);
  return nowMs >= endAtMs
    ? { next: { state: 'listening' }, effects: [{ kind: 'answer' }] }
    : { next: turn, effects: [{ kind: 'wakeAt', atMs: endAtMs }] };
}
