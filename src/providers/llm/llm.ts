export type ChatMessage = { role: 'system' | 'user' | 'assistant'; content: string };
export type LlmOptions = {
  temperature?: number | undefined;
  maxTokens?: number | undefined;
  signal: AbortSignal;
};

/** A language model that streams its answer. */
export interface Llm {
  /**
   * Yields pieces of text as they come; stopping to iterate or aborting ends the request at the provider.
   * @throws {ProviderFailed} when the provider refuses, answers garbage, hangs, or stops before the end of its answer
   */
  stream(messages: ChatMessage[], options: LlmOptions): AsyncGenerator<string, void>;
}
