import type OpenAI from 'openai';
import type { StageSettings } from '../../protocol/provider-settings.ts';
import { Attempt, BrokenOff, type ProviderDeps, type Timeouts } from '../attempt.ts';
import { openClient } from '../openai-client.ts';
import { ChatAnswer } from './chat-answer.ts';
import type { ChatMessage, Llm, LlmOptions } from './llm.ts';

/** The first token is given long because local servers load the model and read the whole prompt for it. */
const llmTimeouts: Timeouts = { firstMs: 20_000, idleMs: 8_000, totalMs: 90_000 };
/** A token takes about 250 bytes on the wire: 16,000 tokens. */
const maxBytes = 4_000_000;
/** After the last word: long enough for the end of the answer, so that the connection can be kept. */
const tailMs = 200;

/** `POST /chat/completions`, streamed, as OpenAI, Ollama, vLLM, llama.cpp and DashScope's compatible mode have it. */
export class OpenAiLlm implements Llm {
  readonly #client: OpenAI;
  readonly #timeouts: Timeouts;

  constructor(
    private readonly settings: StageSettings,
    private readonly deps: ProviderDeps,
  ) {
    this.#client = openClient(settings, maxBytes);
    this.#timeouts = { ...llmTimeouts, ...deps.timeouts };
  }

  async *stream(messages: ChatMessage[], options: LlmOptions): AsyncGenerator<string, void> {
    const { settings, deps } = this;
    const attempt = new Attempt('llm', settings, deps.clock, this.#timeouts, options.signal);
    let answer: ChatAnswer | undefined;
    try {
      const response = await attempt.request((signal) =>
        this.#client.chat.completions
          .create({ ...this.#parameters(options), messages, stream: true }, { signal })
          .asResponse(),
      );
      answer = new ChatAnswer(response.headers.get('content-type') ?? '');
      for await (const bytes of attempt.body(response)) {
        for (const piece of answer.push(bytes)) {
          attempt.progressed();
          yield piece;
        }
        if (answer.finished) attempt.progressed(tailMs);
      }
      yield* answer.end();
      if (!answer.finished) throw new BrokenOff('it ends without saying so');
    } catch (cause) {
      // What goes wrong after the last word took nothing away from the answer.
      if (!answer?.finished || options.signal.aborted) throw attempt.failure(cause);
    } finally {
      attempt.close();
    }
  }

  /** OpenAI itself has renamed the limit and refuses the old name for new models; other servers know the old one. */
  #parameters({ temperature, maxTokens }: LlmOptions) {
    const limit = new URL(this.settings.baseUrl).hostname.endsWith('api.openai.com')
      ? 'max_completion_tokens'
      : 'max_tokens';
    return {
      model: this.settings.model,
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxTokens === undefined ? {} : { [limit]: maxTokens }),
    };
  }
}
