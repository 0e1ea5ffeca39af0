import type { LlmVision } from '../../protocol/provider-settings.ts';
import { hasImages, ImagesUnfit, type ChatMessage, type Llm, type LlmOptions } from './llm.ts';

/** More than any set of characters has. */
const mostBlind = 1_000;

/**
 * Shows a model images as long as it takes them. No API says which models do; so they are shown, and where that is
 * refused while the same without them is not, this model is asked without from then on.
 */
export class KnownSight implements Llm {
  readonly #blind = new Set<string>();

  /** @param vision `on`: a refusal counts for this one answer alone */
  constructor(
    private readonly llm: Llm,
    private readonly vision: LlmVision,
  ) {}

  takesImages(model = ''): boolean {
    return this.vision !== 'off' && !this.#blind.has(model);
  }

  async *stream(messages: ChatMessage[], options: LlmOptions): AsyncGenerator<string, void> {
    if (!hasImages(messages)) {
      yield* this.llm.stream(messages, options);
      return;
    }
    if (this.takesImages(options.model)) {
      try {
        yield* this.llm.stream(messages, options);
        return;
      } catch (failure) {
        if (!(failure instanceof ImagesUnfit)) throw failure;
      }
    }
    for await (const piece of this.llm.stream(messages.map(withoutImages), options)) {
      this.#learn(options.model);
      yield piece;
    }
  }

  #learn(model = ''): void {
    if (this.vision === 'auto' && this.#blind.size < mostBlind) this.#blind.add(model);
  }
}

/** The model was told to expect images, and that without one there is nothing to be seen. */
function withoutImages(message: ChatMessage): ChatMessage {
  if (!('images' in message)) return message;
  const { role, content } = message;
  return { role, content };
}
