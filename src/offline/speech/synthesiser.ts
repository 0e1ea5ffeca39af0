import type { EspeakVoice } from './espeak.ts';

/** Speaks sentences. */
export interface Synthesiser {
  /** What espeak-ng prints as its list of voices. */
  voiceLines(): Promise<string[]>;
  /**
   * @returns mono PCM at `speakingRateHz`
   * @throws {PublicError} 503 when too much waits; the signal's reason when aborted
   */
  speak(sentence: string, voice: EspeakVoice, signal: AbortSignal): Promise<Int16Array>;
  close(): Promise<void>;
}
