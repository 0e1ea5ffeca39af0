import { bothOf, type Occasion } from '../prompt/occasion.ts';
import type { Participant } from '../protocol/participant.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';

/** What the character still has to say when the floor is free. */
export type Owed =
  | { kind: 'reaction'; occasion: Occasion }
  /** These very words. */
  | { kind: 'line'; text: string }
  /** The answer to words of the user that something cut before a sound of it was heard. */
  | {
      kind: 'answer';
      turnId: string;
      origin: TurnRecord['origin'];
      userText: string;
      speaker?: Participant;
    };

/** Far more than anyone waits for; a client that fires on and on while the user speaks loses its oldest. */
const mostOwed = 16;

/** Reactions become one: it speaks about all that happened. */
export function owe(owed: readonly Owed[], next: Owed): readonly Owed[] {
  if (next.kind !== 'reaction') return [...owed, next].slice(-mostOwed);
  const before = owed.find(({ kind }) => kind === 'reaction');
  const occasion = bothOf(before?.kind === 'reaction' ? before.occasion : undefined, next.occasion);
  const others = owed.filter((item) => item !== before);
  return [...others, { kind: 'reaction' as const, occasion }].slice(-mostOwed);
}

/** An answer to the user's words was begun on all that is known: what was to be reacted to is in its prompt. */
export function withoutReactions(owed: readonly Owed[]): readonly Owed[] {
  return owed.filter(({ kind }) => kind !== 'reaction');
}
