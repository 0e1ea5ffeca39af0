import type { Clock } from '../lifetime/clock.ts';
import { estimateTokens } from '../prompt/tokens.ts';
import type { Material, Recalled } from '../protocol/material.ts';
import type {
  ProviderTime,
  ProviderTimes,
  ToolCallRecord,
  TurnStages,
  TurnUsage,
} from '../protocol/turn-record.ts';
import type { Tts } from './tts/tts.ts';

/** What the recogniser did for the words that are answered. */
export type RecogniserWork = {
  /** From its first call for these words to its last answer. */
  processingMs: number;
  /** Of the call whose words are answered. */
  ttfbMs: number;
  /** Sound given to it, in all its calls. */
  audioMs: number;
};

/** What the providers worked for one turn. */
export class TurnWork {
  readonly #llm: StreamWork;
  readonly #tts: StreamWork;
  /** Functions that were called. */
  readonly toolCalls: ToolCallRecord[] = [];
  #promptTokens = 0;
  #written = '';
  #ttsCharacters = 0;
  #recogniser: RecogniserWork | undefined;
  #recalled: Recalled | undefined;
  #counted: { prompt: number; completion: number } | undefined;

  constructor(clock: Clock, recogniser: RecogniserWork | undefined) {
    this.#recogniser = recogniser;
    this.#llm = new StreamWork(clock);
    this.#tts = new StreamWork(clock);
  }

  /** The recogniser has worked more for the same words. */
  hearing(recogniser: RecogniserWork | undefined): void {
    this.#recogniser = recogniser;
  }

  /** What was looked up for the answer. */
  recalled(recalled: Recalled): void {
    this.#recalled = recalled;
  }

  /** What the model's endpoint counted, instead of an estimate. */
  counted(tokens: { prompt: number; completion: number } | undefined): void {
    this.#counted = tokens;
  }

  /** @param promptTokens of what the model was asked */
  async *thinking(
    answer: AsyncGenerator<string, void>,
    promptTokens: number,
  ): AsyncGenerator<string, void> {
    let counted = false;
    const count = () => {
      if (!counted) this.#promptTokens += promptTokens;
      counted = true;
    };
    for await (const text of this.#llm.of(answer)) {
      count();
      this.#written += text;
      yield text;
    }
    // An answer may be a call alone; one that was refused counts for nothing.
    count();
  }

  /** The same synthesiser, its work counted. */
  speaking(tts: Tts): Tts {
    return {
      stream: (text, options) => {
        this.#ttsCharacters += text.length;
        return this.#tts.of(tts.stream(text, options));
      },
    };
  }

  get material(): readonly Material[] {
    return this.#recalled?.material ?? [];
  }

  get recallStages(): Pick<TurnStages, 'recallMs' | 'recallLate'> {
    if (!this.#recalled) return {};
    const { ms, late } = this.#recalled;
    return { recallMs: ms, ...(late && { recallLate: true }) };
  }

  get times(): ProviderTimes {
    const recogniser = this.#recogniser;
    const stt = recogniser && {
      ttfbMs: Math.round(recogniser.ttfbMs),
      processingMs: Math.round(recogniser.processingMs),
    };
    const [llm, tts] = [this.#llm.time, this.#tts.time];
    return { ...(stt && { stt }), ...(llm && { llm }), ...(tts && { tts }) };
  }

  get usage(): TurnUsage {
    return {
      sttAudioMs: Math.round(this.#recogniser?.audioMs ?? 0),
      llmPromptTokens: this.#counted?.prompt ?? this.#promptTokens,
      llmCompletionTokens: this.#counted?.completion ?? estimateOf(this.#written),
      ttsCharacters: this.#ttsCharacters,
    };
  }
}

const estimateOf = (text: string) => (text === '' ? 0 : estimateTokens(text));

/** How long a streaming provider is waited for: not the time in which its listener is busy or plays. */
class StreamWork {
  #ttfbMs: number | undefined;
  #processingMs: number | undefined;

  constructor(private readonly clock: Clock) {}

  get time(): ProviderTime | undefined {
    if (this.#processingMs === undefined) return undefined;
    return {
      ...(this.#ttfbMs !== undefined && { ttfbMs: Math.round(this.#ttfbMs) }),
      processingMs: Math.round(this.#processingMs),
    };
  }

  async *of<T>(stream: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
    let askedMs: number | undefined = this.clock.nowMs();
    const answered = () => {
      if (askedMs === undefined) return;
      this.#processingMs = (this.#processingMs ?? 0) + this.clock.nowMs() - askedMs;
      askedMs = undefined;
    };
    try {
      for await (const item of stream) {
        answered();
        this.#ttfbMs ??= this.#processingMs;
        yield item;
        askedMs = this.clock.nowMs();
      }
    } finally {
      answered();
    }
  }
}
