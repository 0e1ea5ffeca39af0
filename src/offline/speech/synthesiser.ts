import type { EspeakVoice, SpokenLanguage } from './espeak.ts';
import type { SpokenSentence } from './utterance.ts';

/** Speaks sentences. */
export interface Synthesiser {
  languages(): Promise<readonly SpokenLanguage[]>;
  /**
   * @throws {PublicError} 503 when too much waits; the signal's reason when aborted
   */
  speak(sentence: string, voice: EspeakVoice, signal: AbortSignal): Promise<SpokenSentence>;
  close(): Promise<void>;
}
