import type { SpeechFrame } from '../../frames/speech-timing.ts';
import { ProviderFailed } from '../provider-failed.ts';
import type { Tts, TtsOptions } from './tts.ts';
import { voiceNamed } from './voice-name.ts';

/** Far more names than any set of characters has. */
const mostNames = 1_000;

/**
 * Characters carry voice names that not every server has: who moves from one provider to another should hear them in
 * the usual voice, not lose them. A name that was refused, while the usual voice was not, is not asked for again.
 */
export class KnownVoices implements Tts {
  readonly #unknown = new Set<string>();

  constructor(private readonly tts: Tts) {}

  async *stream(text: string, options: TtsOptions): AsyncGenerator<SpeechFrame, void> {
    const voice = options.voice === undefined ? undefined : voiceNamed(options.voice);
    const inUsualVoice = { ...options, voice: undefined };
    if (voice === undefined || this.#unknown.has(voice)) {
      yield* this.tts.stream(text, inUsualVoice);
      return;
    }
    let heard = false;
    try {
      for await (const frame of this.tts.stream(text, { ...options, voice })) {
        heard = true;
        yield frame;
      }
    } catch (failure) {
      const isRefusal =
        failure instanceof ProviderFailed && failure.reason === 'refused' && !failure.retryable;
      if (heard || !isRefusal) throw failure;
      for await (const frame of this.tts.stream(text, inUsualVoice)) {
        if (this.#unknown.size < mostNames) this.#unknown.add(voice);
        yield frame;
      }
    }
  }
}
