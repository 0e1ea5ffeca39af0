import { APIError, type OpenAI } from 'openai';
import type { StageSettings } from '../../protocol/provider-settings.ts';
import { Attempt, BrokenOff, type ProviderDeps, type Timeouts } from '../attempt.ts';
import { openClient } from '../openai-client.ts';
import { ChatAnswer } from './chat-answer.ts';
import {
  hasImages,
  ImagesUnfit,
  ToolsUnfit,
  type ChatMessage,
  type Llm,
  type LlmOptions,
  type ToolCall,
} from './llm.ts';
import { ToolVerdicts } from './tool-verdicts.ts';

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
  readonly #verdicts = new ToolVerdicts();

  constructor(
    private readonly settings: StageSettings,
    private readonly deps: ProviderDeps,
  ) {
    this.#client = openClient(settings, maxBytes);
    this.#timeouts = { ...llmTimeouts, ...deps.timeouts };
  }

  async *stream(messages: ChatMessage[], options: LlmOptions): AsyncGenerator<string, void> {
    if (options.tools) options.signal.throwIfAborted();
    const unfit = this.#verdicts.against(options);
    if (unfit) throw new ToolsUnfit(unfit.cause);
    try {
      for await (const piece of this.#ask(messages, options)) {
        this.#verdicts.taken(options);
        yield piece;
      }
      this.#verdicts.taken(options);
    } catch (failure) {
      if (failure instanceof ToolsUnfit) this.#verdicts.refused(options, failure);
      throw failure;
    }
  }

  async *#ask(messages: ChatMessage[], options: LlmOptions): AsyncGenerator<string, void> {
    const { settings, deps } = this;
    const attempt = new Attempt('llm', settings, deps.clock, this.#timeouts, options.signal);
    let answer: ChatAnswer | undefined;
    let spoke = false;
    try {
      const response = await attempt.request((signal) =>
        this.#client.chat.completions
          .create(
            { ...this.#parameters(options), messages: messages.map(asSent), stream: true },
            { signal },
          )
          .asResponse(),
      );
      answer = new ChatAnswer(response.headers.get('content-type') ?? '');
      for await (const bytes of attempt.body(response)) {
        for (const piece of answer.push(bytes)) {
          attempt.progressed();
          spoke ||= piece.trim() !== '';
          yield piece;
        }
        if (answer.calls.length > 0) attempt.progressed();
        if (answer.finished) attempt.progressed(tailMs);
      }
      yield* answer.end();
      if (!answer.finished) throw new BrokenOff('it ends without saying so');
    } catch (cause) {
      // Which of both it was, asking without images tells.
      if (hasImages(messages) && isAboutImages(cause))
        throw new ImagesUnfit(attempt.failure(cause));
      if (options.tools && isAboutTools(cause)) throw new ToolsUnfit(attempt.failure(cause));
      // What goes wrong after the last word took nothing away from the answer.
      if (!answer?.finished || options.signal.aborted) throw attempt.failure(cause);
    } finally {
      attempt.close();
    }
    this.#hearCalls(answer.calls, spoke, options);
    options.onEnd?.(answer.ending);
  }

  /** A call instead of words would cost the listener a second question to the model: such a model is better off without. */
  #hearCalls(calls: ToolCall[], spoke: boolean, { tools }: LlmOptions): void {
    if (!tools || calls.length === 0) return;
    const mayBeWordless = calls.some(({ name }) => tools.wordless?.has(name));
    if (!spoke && !mayBeWordless)
      throw new ToolsUnfit(new Error('the model calls instead of speaking'));
    for (const call of calls) tools.onCall(call);
  }

  /** OpenAI itself has renamed the limit and refuses the old name for new models; other servers know the old one. */
  #parameters(options: LlmOptions) {
    const { model, tools, temperature, topP, seed, reasoningEffort, maxTokens } = options;
    const { mustCall: name } = tools ?? {};
    const limit = new URL(this.settings.baseUrl).hostname.endsWith('api.openai.com')
      ? 'max_completion_tokens'
      : 'max_tokens';
    return {
      model: model ?? this.settings.model,
      ...(tools && {
        tools: tools.offered.map((offered) => ({ type: 'function' as const, function: offered })),
        ...(tools.mustSpeak && { tool_choice: 'none' as const }),
        ...(name !== undefined && {
          tool_choice: { type: 'function' as const, function: { name } },
        }),
      }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { top_p: topP }),
      ...(seed === undefined ? {} : { seed }),
      // The client's type lists today's levels; the endpoint knows which it takes.
      ...(reasoningEffort === undefined ? {} : { ['reasoning_effort' as string]: reasoningEffort }),
      ...(maxTokens === undefined ? {} : { [limit]: maxTokens }),
      ...(options.countTokens && { stream_options: { include_usage: true } }),
    };
  }
}

function wire(
  message: Extract<ChatMessage, { role: 'tool' | 'assistant' }>,
): OpenAI.ChatCompletionMessageParam {
  if (message.role === 'tool')
    return { role: 'tool', tool_call_id: message.callId, content: message.content };
  if (!message.toolCalls) return { role: message.role, content: message.content };
  return {
    role: 'assistant',
    content: message.content === '' ? null : message.content,
    tool_calls: message.toolCalls.map(({ id, name, json }) => ({
      id,
      type: 'function',
      function: { name, arguments: json === '' ? '{}' : json },
    })),
  };
}

/**
 * How servers refuse a request for its tools: most by 400 or 422, an unknown field by 404 or 501, llama.cpp without
 * its template engine by 500. Whatever it really was, the same without tools is worth asking.
 */
function isAboutTools(cause: unknown): boolean {
  return cause instanceof APIError && [400, 404, 422, 500, 501].includes(Number(cause.status));
}

/** Images are parts beside the text. */
function asSent(message: ChatMessage): OpenAI.ChatCompletionMessageParam {
  if (message.role === 'tool' || message.role === 'assistant') return wire(message);
  const { role, content, images = [] } = message;
  if (role !== 'user' || images.length === 0) return { role, content };
  const parts = images.map((url) => ({ type: 'image_url' as const, image_url: { url } }));
  return { role, content: [{ type: 'text', text: content }, ...parts] };
}

/** How servers refuse images: as tools, by a media type (415) or a size (413), OpenRouter by 404, llama.cpp by 500. */
function isAboutImages(cause: unknown): boolean {
  return (
    isAboutTools(cause) || (cause instanceof APIError && [413, 415].includes(Number(cause.status)))
  );
}
