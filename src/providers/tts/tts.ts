import type { SpeechFrame } from '../../frames/speech-timing.ts';

export type TtsOptions = {
  /** The provider's name of the voice; undefined means its default. */
  voice?: string | undefined;
  /** BCP 47 tag of the text. */
  language?: string | undefined;
  signal: AbortSignal;
};

/** Text to speech that streams. */
export interface Tts {
  /**
   * Yields mono frames at `speakingRateHz`, whatever rate the provider has, in pieces of any length; with the times of
   * words and phonemes where the provider tells them.
   * @throws {ProviderFailed} as in `Llm`
   */
  stream(text: string, options: TtsOptions): AsyncGenerator<SpeechFrame, void>;
}
