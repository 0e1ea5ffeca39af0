import { completeness, type Completeness } from './completeness.ts';

/** How much silence ends a turn, by how finished the words sound. All in milliseconds. */
export type Endpointing = {
  /** A thought that is whole. */
  completeMs: number;
  /** Nothing speaks for or against an end. */
  openMs: number;
  /** "I want to, um": the speaker is searching for words. */
  unfinishedMs: number;
};

/**
 * 420 ms is longer than nine in ten pauses between words of a sentence that goes on, and it still hides the time that
 * recogniser, model and voice need; 2 s is where a listener would ask "yes?".
 */
const defaultEndpointing: Endpointing = {
  completeMs: 420,
  openMs: 750,
  unfinishedMs: 2_000,
};

/** A place for a model: silence that ends this utterance, in milliseconds. */
export interface Endpointer {
  silenceMs(transcript: string): number;
}

/** @param leastMs never ends a turn sooner, whatever the words */
export function wordsEndpointer(
  settings: Endpointing = defaultEndpointing,
  leastMs = 0,
): Endpointer {
  const byCompleteness: Record<Completeness, number> = {
    complete: settings.completeMs,
    open: settings.openMs,
    unfinished: settings.unfinishedMs,
  };
  return { silenceMs: (transcript) => Math.max(leastMs, byCompleteness[completeness(transcript)]) };
}
