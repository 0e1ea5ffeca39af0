/** Samples of one window at `hearingRateHz`: what Silero v5 was trained on (32 ms). */
export const vadWindowSamples = 512;

/** One model for a whole process; a stream for each voice. */
export interface Vad {
  openStream(): VadStream;
  close(): Promise<void>;
}

/** Holds the model's memory of one voice. Windows of one stream must be asked for one after the other. */
export interface VadStream {
  /** @param window `vadWindowSamples` of mono 16 kHz PCM. @returns probability of speech, 0 to 1 */
  speechProbability(window: Int16Array): Promise<number>;
  reset(): void;
}
