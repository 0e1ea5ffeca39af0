import type { Metric, TurnTrace } from './turn-trace.ts';

type Said = {
  /** Counts up through a page's life; names the entry's element. */
  id: number;
  /** Milliseconds since the page was opened. */
  atMs: number;
};

export type UserEntry = Said & {
  kind: 'user';
  /** The words that are settled. */
  text: string;
  /** What is being recognised after them; each partial replaces the one before. */
  partial: string;
  /** `open`: more may be said. `sending`: typed, and not yet acknowledged. */
  state: 'open' | 'sending' | 'settled' | 'refused';
};

export type CharacterEntry = Said & {
  kind: 'character';
  text: string;
  state: 'open' | 'completed' | 'interrupted' | 'aborted' | 'silent';
  /** Feelings and actions that came with the words. */
  tags: readonly string[];
  trace: TurnTrace | undefined;
  metrics: readonly Metric[];
};

/** What the page itself has to say between the lines. */
export type NoteEntry = Said & { kind: 'note'; text: string; tone: 'plain' | 'problem' };

export type Entry = UserEntry | CharacterEntry | NoteEntry;
