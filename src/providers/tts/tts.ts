import type { PcmFrame } from '../../frames/pcm.ts';

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
   * Yields mono frames at `speakingRateHz`, whatever rate the provider has, in pieces of any length.
   * @throws {ProviderFailed} as in `Llm`
   */
  stream(text: string, options: TtsOptions): AsyncGenerator<PcmFrame, void>;
}
