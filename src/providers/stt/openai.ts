import type OpenAI from 'openai';
import * as z from 'zod';
import { encodeWav } from '../../audio/wav.ts';
import { hearingRateHz } from '../../frames/pcm.ts';
import type { StageSettings } from '../../protocol/provider-settings.ts';
import { Attempt, type ProviderDeps, type Timeouts } from '../attempt.ts';
import { openClient } from '../openai-client.ts';
import { iso639 } from './language.ts';
import { promptOf, type Stt, type SttOptions, type Transcript } from './stt.ts';
import { transcriptionForm } from './transcription-form.ts';

/** A transcript comes at once; someone waits for it in silence. */
const sttTimeouts: Timeouts = { firstMs: 10_000, idleMs: 5_000, totalMs: 15_000 };
/** Hours of speech, even with a word list that nobody asked for. */
const maxBytes = 1_000_000;

const Transcription = z.object({ text: z.string() });

/** `POST /audio/transcriptions`, as OpenAI, vLLM, speaches and whisper.cpp's server have it. */
export class OpenAiStt implements Stt {
  readonly #client: OpenAI;
  readonly #timeouts: Timeouts;

  constructor(
    private readonly settings: StageSettings,
    private readonly deps: ProviderDeps,
  ) {
    this.#client = openClient(settings, maxBytes);
    this.#timeouts = { ...sttTimeouts, ...deps.timeouts };
  }

  async transcribe(samples: Int16Array, options: SttOptions): Promise<Transcript> {
    const { settings, deps } = this;
    const attempt = new Attempt('stt', settings, deps.clock, this.#timeouts, options.signal);
    try {
      const language = iso639(options.language);
      const prompt = promptOf(options);
      const form = transcriptionForm(encodeWav(samples, hearingRateHz), {
        model: settings.model,
        response_format: 'json',
        ...(language ? { language } : {}),
        ...(prompt === undefined ? {} : { prompt }),
      });
      const headers = { 'content-type': form.contentType };
      const response = await attempt.request((signal) =>
        this.#client
          .post('/audio/transcriptions', { body: form.body, headers, signal })
          .asResponse(),
      );
      const { text } = Transcription.parse(JSON.parse(await attempt.wait(() => response.text())));
      return { text: text.trim() };
    } catch (cause) {
      throw attempt.failure(cause);
    } finally {
      attempt.close();
    }
  }
}
