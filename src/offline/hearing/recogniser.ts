/** Turns an utterance into words. */
export interface Recogniser {
  /**
   * @param samples conditioned: mono PCM at 16 kHz
   * @returns lower-case words without punctuation; empty when there were none
   * @throws {PublicError} 503 when too much waits or it is not installed; the signal's reason when aborted
   */
  recognise(samples: Int16Array, signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}
