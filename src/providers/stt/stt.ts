export type Transcript = { text: string };
export type SttOptions = {
  /** BCP 47 tag, such as `en-US`; undefined lets the recogniser find out. */
  language?: string | undefined;
  signal: AbortSignal;
};

/** Speech to text, an utterance at a time. */
export interface Stt {
  /**
   * @param samples mono PCM at `hearingRateHz`
   * @returns the words, trimmed; empty when there were none
   * @throws {ProviderFailed} when the provider refuses, answers garbage or hangs; the signal's reason when aborted
   */
  transcribe(samples: Int16Array, options: SttOptions): Promise<Transcript>;
}
