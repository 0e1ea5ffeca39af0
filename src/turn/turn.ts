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
      /** Of the sound so far; undefined when they are not known, or not any more. */
      words: string | undefined;
    };
export type Pausing = Extract<Turn, { state: 'pausing' }>;
export type Yielding = Extract<Turn, { state: 'yielding' }>;

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
