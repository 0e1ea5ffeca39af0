import { estimateTokens } from '../../prompt/tokens.ts';
import { promptTokens, usualWindowTokens, withinWindow } from '../../prompt/window.ts';
import type { ChatMessage, Llm, LlmOptions } from './llm.ts';

/** What one image takes, about: providers count 85 to 1,100. */
const imageTokens = 1_000;
/** Of the window, for descriptions of tools: what a character may do leaves room for who it is. The last ones are left out. */
const mostToolShare = 1 / 4;

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
    const { tools } = options;
    const offered = tools ? withinShare(tools.offered, this.windowTokens * mostToolShare) : [];
    const called = messages.flatMap((one) =>
      one.role === 'assistant' ? (one.toolCalls ?? []) : [],
    );
    const images = messages.flatMap((one) => (one.role === 'user' ? (one.images ?? []) : []));
    const taken = [...offered.map(tokensOf), ...called.map(tokensOf)].reduce(
      (sum, tokens) => sum + tokens,
      images.length * imageTokens,
    );
    const most = Math.max(promptTokens(this.windowTokens) - taken, 0);
    const fitting = {
      ...options,
      tools: tools && offered.length > 0 ? { ...tools, offered } : undefined,
    };
    return this.llm.stream(withinWindow(messages, most), fitting);
  }
}

/** The first of them that fit. */
function withinShare<T extends object>(tools: readonly T[], mostTokens: number): T[] {
  let left = mostTokens;
  return tools.filter((tool) => (left -= tokensOf(tool)) >= 0);
}

/** Tools are the same objects in every turn. */
const measured = new WeakMap<object, number>();

function tokensOf(value: object): number {
  const known = measured.get(value);
  if (known !== undefined) return known;
  const tokens = estimateTokens(JSON.stringify(value));
  measured.set(value, tokens);
  return tokens;
}
