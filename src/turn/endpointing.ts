import type { Completeness } from './completeness.ts';
import { completeness } from './languages.ts';

/** How much silence ends a turn, by how finished the words sound. All in milliseconds. */
export type Endpointing = {
  /** A question, a request, a short answer. */
  completeMs: number;
  /** A whole sentence to which something may be added. */
  statementMs: number;
  /** Nothing speaks for or against an end. */
  openMs: number;
  /** Between the groups of a telephone number, or the things on a list. */
  enumeratingMs: number;
  /** "I want to, um": the speaker is searching for words. */
  unfinishedMs: number;
};

/**
 * 420 ms is longer than nine in ten pauses between words of a sentence that goes on, and it still hides the time that
 * recogniser, model and voice need; 2 s is where a listener would ask "yes?".
 */
export const defaultEndpointing: Endpointing = {
  completeMs: 420,
  statementMs: 500,
  openMs: 750,
  enumeratingMs: 1_300,
  unfinishedMs: 2_000,
};

/** A turn that only the client ends; nobody holds a button for so long. */
export const endlessSilenceMs = 3_600_000;

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
    statement: settings.statementMs,
    open: settings.openMs,
    enumerating: settings.enumeratingMs,
    unfinished: settings.unfinishedMs,
  };
  return { silenceMs: (transcript) => Math.max(leastMs, byCompleteness[completeness(transcript)]) };
}

/** Silence alone decides, whatever was said. */
export function silenceEndpointer(silenceMs: number): Endpointer {
  return { silenceMs: () => silenceMs };
}
