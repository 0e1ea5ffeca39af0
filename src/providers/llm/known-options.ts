import { ProviderFailed } from '../provider-failed.ts';
import { ToolsUnfit, wishOf, type ChatMessage, type Llm, type LlmOptions } from './llm.ts';

/** Far more than any set of characters has. */
const mostRefused = 1_000;

/**
 * Characters carry models and settings that not every endpoint has: a model of another provider, a temperature that
 * reasoning models refuse. They should answer all the same. What was refused, while less was not, is not asked for
 * again: first goes the counting of tokens, then the temperature with the effort, then the model.
 */
export class KnownOptions implements Llm {
  readonly #refused = new Set<string>();

  constructor(private readonly llm: Llm) {}

  takesImages(model?: string): boolean {
    return this.llm.takesImages?.(model) ?? false;
  }

  async *stream(messages: ChatMessage[], options: LlmOptions): AsyncGenerator<string, void> {
    const refusedNow: string[] = [];
    const wishes = lessAndLess(options).filter(
      (wish, index, all) => index === all.length - 1 || !this.#refused.has(wishOf(wish)),
    );
    for (const [index, wish] of wishes.entries()) {
      const isLast = index === wishes.length - 1;
      let any = false;
      try {
        for await (const piece of this.llm.stream(messages, wish)) {
          any = true;
          if (this.#refused.size < mostRefused)
            refusedNow.forEach((name) => this.#refused.add(name));
          yield piece;
        }
        return;
      } catch (failure) {
        const isRefusal =
          failure instanceof ProviderFailed && failure.reason === 'refused' && !failure.retryable;
        // Without tools the same is asked again, and tells whether it was they.
        if (isLast || any || !isRefusal || failure instanceof ToolsUnfit) throw failure;
        refusedNow.push(wishOf(wish));
      }
    }
  }
}

/** What is asked for; the same uncounted; the same without fine settings; the same without a model. Each once. */
function lessAndLess(options: LlmOptions): LlmOptions[] {
  const uncounted = { ...options, countTokens: undefined };
  const modelOnly = {
    ...uncounted,
    ...{ temperature: undefined, topP: undefined, seed: undefined, reasoningEffort: undefined },
  };
  const wishes = [options, uncounted, modelOnly, { ...modelOnly, model: undefined }];
  return wishes.filter(
    (wish, index) => index === 0 || wishOf(wish) !== wishOf(wishes[index - 1] ?? options),
  );
}
