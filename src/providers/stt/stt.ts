import type { ProviderFailed } from '../provider-failed.ts';

export type Transcript = { text: string };
export type SttOptions = {
  /** BCP 47 tag, such as `en-US`; undefined lets the recogniser find out. */
  language?: string | undefined;
  /** Names and terms to expect, as they are spelled. */
  hints?: string[] | undefined;
  signal: AbortSignal;
};

/** Whisper reads the last 224 tokens of a prompt. */
const mostPromptLetters = 800;

/** The hints as endpoints of this shape take them; undefined when there are none. */
export function promptOf({ hints }: Pick<SttOptions, 'hints'>): string | undefined {
  return hints && hints.length > 0 ? hints.join(', ').slice(0, mostPromptLetters) : undefined;
}

/** Speech to text. */
export interface Stt {
  /**
   * One utterance, all at once.
   * @param samples mono PCM at `hearingRateHz`
   * @returns the words, trimmed; empty when there were none
   * @throws {ProviderFailed} when the provider refuses, answers garbage or hangs; the signal's reason when aborted
   */
  transcribe(samples: Int16Array, options: SttOptions): Promise<Transcript>;

  /** A line for one conversation; a recogniser without it takes whole utterances only. */
  openLine?(options: SttLineOptions): SttLine;
}

export type SttLineOptions = {
  /** BCP 47 tag, as above. */
  language?: string | undefined;
  /** As above. */
  hints?: string[] | undefined;
  /** The words of the utterance so far, while it is being spoken; each call replaces the one before. */
  onPartial: (text: string) => void;
  /** Streaming failed or was refused: whole utterances are transcribed instead. At most once a line. */
  onTrouble: (failure: ProviderFailed) => void;
};

/**
 * One conversation's line to a recogniser, an utterance after the other: sound is pushed while the user speaks,
 * `words` asks at each pause for the words of all of it, `goOn` says that the pause was none, and `reset` ends the
 * utterance.
 */
export interface SttLine {
  /** What the recogniser knows already of the utterance so far, without being asked; empty when nothing. */
  readonly partial: string;

  /** @param samples mono PCM at `hearingRateHz`; kept, never changed. Never blocks and never throws. */
  push(samples: Int16Array): void;

  /**
   * The words of everything that was pushed since `reset`, trimmed.
   * @param whole the same sound in one piece, for a recogniser that wants it so; asked for only then
   * @throws {ProviderFailed} when the words cannot be had in any way; the signal's reason when aborted
   */
  words(whole: () => Int16Array, signal: AbortSignal): Promise<Transcript>;

  /** The user goes on speaking after `words` was asked for. */
  goOn(): void;

  /** The utterance is over or nobody wants it: what is pushed from here on is another one. */
  reset(): void;

  close(): void;
}
