import { estimateTokens } from '../../prompt/tokens.ts';
import { promptTokens, usualWindowTokens, withinWindow } from '../../prompt/window.ts';
import type { ChatMessage, Llm, LlmOptions } from './llm.ts';

/** What one image takes, about: providers count 85 to 1,100. */
const imageTokens = 1_000;

/** A language model that is never sent more than it can read, whoever made the messages. */
export class WithinWindow implements Llm {
  readonly takesImages: (model?: string) => boolean;

  constructor(
    private readonly llm: Llm,
    /** Estimated tokens of prompt and answer together. */
    private readonly windowTokens = usualWindowTokens,
  ) {
    this.takesImages = (model) => llm.takesImages?.(model) ?? false;
  }

  stream(messages: ChatMessage[], options: LlmOptions): AsyncGenerator<string, void> {
    const offered = options.tools?.offered ?? [];
    const called = messages.flatMap((one) =>
      one.role === 'assistant' ? (one.toolCalls ?? []) : [],
    );
    const images = messages.flatMap((one) => (one.role === 'user' ? (one.images ?? []) : []));
    const taken = [...offered, ...called].reduce(
      (sum, tool) => sum + estimateTokens(JSON.stringify(tool)),
      images.length * imageTokens,
    );
    const most = promptTokens(this.windowTokens) - taken;
    return this.llm.stream(withinWindow(messages, most), options);
  }
}
