import type OpenAI from 'openai';
import type { SpeechFrame } from '../../frames/speech-timing.ts';
import type { ProviderSettings } from '../../protocol/provider-settings.ts';
import { speechTimingPreference } from '../../protocol/speech-events.ts';
import { Attempt, type ProviderDeps, type Timeouts } from '../attempt.ts';
import { openClient } from '../openai-client.ts';
import { SoundReader } from './sound-reader.ts';
import { SpeechEventReader } from './speech-event-reader.ts';
import type { Tts, TtsOptions } from './tts.ts';

/** The first sound is given long because local servers make a whole sentence before they send a byte. */
const ttsTimeouts: Timeouts = { firstMs: 10_000, idleMs: 8_000, totalMs: 60_000 };
/** Almost three minutes at 24 kHz; a sentence has seconds. */
const maxBytes = 8_000_000;
/** The name that OpenAI's own voices have in common with most servers that imitate it. */
const defaultVoice = 'alloy';

/**
 * `POST /audio/speech`, as OpenAI, speaches, Kokoro-FastAPI and openai-edge-tts have it. Asks for raw PCM and takes WAV
 * as well. The language of the text goes in the request's `Content-Language`, the wish for the times of words and
 * phonemes in its `Prefer`; neither needs support.
 */
export class OpenAiTts implements Tts {
  readonly #client: OpenAI;
  readonly #timeouts: Timeouts;

  constructor(
    private readonly settings: ProviderSettings['tts'],
    private readonly deps: ProviderDeps,
  ) {
    this.#client = openClient(settings, maxBytes);
    this.#timeouts = { ...ttsTimeouts, ...deps.timeouts };
  }

  /** Yields nothing for a text without letters and digits: there is nothing to say, and servers refuse it. */
  async *stream(text: string, options: TtsOptions): AsyncGenerator<SpeechFrame, void> {
    options.signal.throwIfAborted();
    if (!/[\p{L}\p{N}]/u.test(text)) return;
    const { settings, deps } = this;
    const attempt = new Attempt('tts', settings, deps.clock, this.#timeouts, options.signal);
    try {
      const response = await attempt.request((signal) => this.#ask(text, options, signal));
      const type = response.headers.get('content-type') ?? '';
      const sound = /event-stream/i.test(type) ? new SpeechEventReader() : new SoundReader(type);
      for await (const bytes of attempt.body(response)) {
        attempt.progressed();
        yield* sound.push(bytes);
      }
      yield* sound.end();
    } catch (cause) {
      throw attempt.failure(cause);
    } finally {
      attempt.close();
    }
  }

  #ask(text: string, { voice, language }: TtsOptions, signal: AbortSignal): Promise<Response> {
    const { model, voice: usualVoice } = this.settings;
    return this.#client.audio.speech
      .create(
        {
          model,
          voice: voice ?? usualVoice ?? defaultVoice,
          input: text,
          response_format: 'pcm',
        },
        {
          signal,
          headers: {
            prefer: speechTimingPreference,
            ...(language ? { 'content-language': language } : {}),
          },
        },
      )
      .asResponse();
  }
}
