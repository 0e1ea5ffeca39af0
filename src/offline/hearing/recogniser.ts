/** Turns an utterance into words. */
export interface Recogniser {
  /**
   * @param samples conditioned: mono PCM at 16 kHz
   * @returns lower-case words without punctuation; empty when there were none
   * @throws {PublicError} 503 when too much waits or it is not installed; the signal's reason when aborted
   */
  recognise(samples: Int16Array, signal: AbortSignal): Promise<string>;

  /**
   * Listens to one utterance while it is being spoken.
   * @param onPartial the words so far, as they stand at the moment
   * @returns undefined when there is nobody to listen just now; the utterance can still be recognised whole
   */
  openStream(onPartial: (words: string) => void): HearingStream | undefined;

  close(): Promise<void>;
}

/** An utterance that is being recognised while it is spoken. Whoever opens it finishes or drops it. */
export interface HearingStream {
  /** @param samples conditioned, as above, in pieces of any length */
  push(samples: Int16Array): void;

  /** @returns all words. @throws when the recogniser was lost; the whole utterance can be given to another then */
  finish(): Promise<string>;

  /** Nobody wants the words. */
  drop(): void;
}
