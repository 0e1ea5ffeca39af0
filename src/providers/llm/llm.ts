import { ProviderFailed } from '../provider-failed.ts';

export type ChatMessage =
  | {
      role: 'system' | 'user';
      content: string;
      /** `data:` URLs; of a user's message only. */
      images?: readonly string[];
    }
  | { role: 'assistant'; content: string; toolCalls?: (ToolCall & { id: string })[] }
  /** What a call returned. */
  | { role: 'tool'; callId: string; content: string };

/** A function that the model may call. `parameters` is a JSON Schema of its arguments. */
export type Tool = { name: string; description: string; parameters: Record<string, unknown> };
/** `json`: the arguments as the model wrote them; they may be anything. */
export type ToolCall = { name: string; json: string };

export type LlmOptions = {
  /** Functions on offer. `onCall` hears of each call, in order, once the answer is complete. */
  tools?:
    | {
        offered: Tool[];
        /** Names of those that may be called without a word; none where left out. */
        wordless?: ReadonlySet<string>;
        /** None may be called any more. */
        mustSpeak?: boolean;
        /** The name of the one that is to be called. */
        mustCall?: string | undefined;
        onCall: (call: ToolCall) => void;
      }
    | undefined;
  /** Another model of the same endpoint than the configured one. */
  model?: string | undefined;
  /** Such as `low`; undefined leaves it to the model. */
  reasoningEffort?: string | undefined;
  temperature?: number | undefined;
  /** 0 to 1: of the likeliest words, those that make up this much are drawn from. */
  topP?: number | undefined;
  /** The same seed gives the same answer, as far as the endpoint can. */
  seed?: number | undefined;
  maxTokens?: number | undefined;
  /** Whether the endpoint shall count the tokens; not every one can. */
  countTokens?: boolean | undefined;
  /** Hears how a complete answer ended. */
  onEnd?: ((end: LlmEnd) => void) | undefined;
  signal: AbortSignal;
};

/**
 * @property finishReason such as `stop`, `length`, `tool_calls` or `content_filter`; null where none was said
 * @property tokens as the endpoint counted them
 */
export type LlmEnd = {
  finishReason: string | null;
  tokens?: { prompt: number; completion: number } | undefined;
};

/** Ask the same without tools. What is known to be unfit is not asked again. */
export class ToolsUnfit extends ProviderFailed {
  constructor(cause: unknown) {
    super('llm', 'refused', false, cause);
  }
}

/** Ask the same without images: with them it was refused. */
export class ImagesUnfit extends ProviderFailed {
  constructor(cause: unknown) {
    super('llm', 'refused', false, cause);
  }
}

/** A language model that streams its answer. */
export interface Llm {
  /**
   * Yields pieces of text as they come; stopping to iterate or aborting ends the request at the provider.
   * @throws {ImagesUnfit} before any text, when it cannot be asked with images
   * @throws {ToolsUnfit} before any text, when it cannot be asked with tools: it takes none, or called without a word
   * @throws {ProviderFailed} when the provider refuses, answers garbage, hangs, or stops before the end of its answer
   */
  stream(messages: ChatMessage[], options: LlmOptions): AsyncGenerator<string, void>;
  /** Whether images reach the model, as far as is known; absent where they never do. */
  takesImages?(model?: string): boolean;
}

export function hasImages(messages: readonly ChatMessage[]): boolean {
  return messages.some((message) => 'images' in message && (message.images ?? []).length > 0);
}

/** What an endpoint may refuse of a request, apart from its messages and tools. */
export function wishOf(options: LlmOptions): string {
  const { model, temperature, reasoningEffort, topP, seed, countTokens = false } = options;
  const fine = [temperature, topP, seed].map((value) => value !== undefined);
  return JSON.stringify([model, ...fine, reasoningEffort, countTokens]);
}
