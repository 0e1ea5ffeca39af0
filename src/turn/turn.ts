import type { AnswerRest } from './answer-rest.ts';
import type { Endpointer } from './endpointing.ts';

/**
 * Who has the floor. All times are the injected clock's milliseconds.
 * - listening: nobody speaks, no answer is on its way
 * - hearing: the user speaks
 * - pausing: the user fell silent; the turn ends at `endAtMs` unless they go on. Unknown until there are words.
 * - replying: the answer belongs to the character, whether it is audible yet or not
 * - yielding: the user makes a sound during an answer: the voice is paused until it is clear what the sound was
 * - trailing: the user answers over the last words of a question: it is heard to its end, and then it is their turn
 */
export type Turn =
  | { state: 'listening'; noise?: Noise }
  | { state: 'hearing'; sinceMs: number; looked?: Looked }
  | {
      state: 'pausing';
      sinceMs: number;
      silentSinceMs: number;
      words: string | undefined;
      /** What was said up to here cannot be had in words. */
      isUnheard?: true;
    }
  | { state: 'replying'; turnId: string; noise?: Noise }
  | {
      state: 'yielding';
      turnId: string;
      sinceMs: number;
      /** Undefined while the user makes the sound. */
      silentSinceMs: number | undefined;
      /** Of the sound so far; undefined when they are not known, or not any more. */
      words: string | undefined;
      /** Of the answer, when the sound began. */
      rest: AnswerRest | undefined;
    }
  | {
      state: 'trailing';
      turnId: string;
      sinceMs: number;
      silentSinceMs: number | undefined;
      words: string | undefined;
    };

/** What was found of speech without any pause when its words were asked for. */
export type Looked = { sinceMs: number; words: string | undefined; grownAtMs: number };

/** A sound that goes on, and of which no words are known that were not answered. */
export type Noise = {
  sinceMs: number;
  /** Undefined while it lasts. */
  silentSinceMs: number | undefined;
  /** How soon its words are asked for again. */
  everyMs: number;
};

export type Hearing = Extract<Turn, { state: 'hearing' }>;
export type Pausing = Extract<Turn, { state: 'pausing' }>;
export type Yielding = Extract<Turn, { state: 'yielding' }>;
export type Trailing = Extract<Turn, { state: 'trailing' }>;

export type TurnEvent =
  /** `startedMs`: when the sound began, a little before it was recognised as speech. `rest`: of the answer that runs. */
  | { kind: 'speechStarted'; startedMs: number; rest?: AnswerRest }
  /** `endedMs`: the end of the last speech heard. */
  | { kind: 'speechPaused'; endedMs: number }
  | { kind: 'speechResumed'; rest?: AnswerRest }
  /** Words of speech that goes on; more of them come. */
  | { kind: 'partial'; words: string }
  /** Words of the utterance as it stood when they were asked for. */
  | { kind: 'transcript'; words: string }
  /** There will be no transcript. */
  | { kind: 'transcriptFailed' }
  /** A time asked for by `wakeAt` has come. */
  | { kind: 'woken' }
  /** The client says that the user is done: push-to-talk was released. */
  | { kind: 'forceEnd' }
  /** Another one has the floor: what was heard before was not theirs. */
  | { kind: 'otherVoice' }
  /** Something other than speech begins an answer: typed text, a greeting. */
  | { kind: 'replyBegan'; turnId: string }
  /** The answer came to its end by itself. */
  | { kind: 'replyEnded'; turnId: string }
  /** The client, or the closing session, wants silence. */
  | { kind: 'interrupt' };

export type TurnEffect =
  /** Transcribe what was said up to now. An earlier wish to be woken is void: the words are waited for. */
  | { kind: 'transcribe' }
  /** The user went on: forget the transcript and the answer begun on it. */
  | { kind: 'discardGuess' }
  /** The turn is over: let the answer to it be heard. */
  | { kind: 'answer' }
  /** There were no words in it. */
  | { kind: 'dropUtterance' }
  /** There were no words in it so far, or they are answered, and it goes on: what follows may have some. */
  | { kind: 'disregard' }
  /** The words cannot be had: say so. */
  | { kind: 'apologise' }
  | { kind: 'pauseVoice'; turnId: string }
  | { kind: 'resumeVoice'; turnId: string }
  /**
   * Stop this answer for good; what the user said over it is the next utterance. `sinceMs`: when they began to; undefined
   * where they spoke up in a noise, somewhere.
   */
  | { kind: 'cut'; turnId: string; by: 'speech' | 'request'; sinceMs: number | undefined }
  /** Send `woken` at that time; replaces an earlier wish. */
  | { kind: 'wakeAt'; atMs: number };

export type Step = { next: Turn; effects: TurnEffect[] };
export type TurnRules = {
  endpointer: Endpointer;
  /** Silence after which an utterance is transcribed on the chance that it is over. */
  guessAfterMs: number;
};
