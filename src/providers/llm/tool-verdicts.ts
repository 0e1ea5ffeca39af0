import { wishOf, type LlmOptions, type ToolsUnfit } from './llm.ts';

/** More than any set of characters has. */
const mostUnfit = 1_000;

type Doubt = { wish: string; kind: string; failure: ToolsUnfit };

/**
 * Which tools turned out to be none for an endpoint, so that nobody's answer waits for finding out again. By the model
 * and settings they were asked with: it may have been these that were refused. A server that is broken for a moment
 * refuses whatever it is asked, so a refusal counts only once the same request with fewer tools, or none, was taken.
 */
export class ToolVerdicts {
  readonly #unfit = new Map<string, ToolsUnfit>();
  /** By the signal of the answer they were refused in: what is asked for next under it is the same request with less. */
  readonly #doubts = new WeakMap<AbortSignal, Doubt[]>();

  /** @returns why it is not worth asking with these tools; undefined where it is */
  against(options: LlmOptions): ToolsUnfit | undefined {
    return options.tools && this.#unfit.get(wishOf(options) + kindOf(options.tools));
  }

  refused(options: LlmOptions, failure: ToolsUnfit): void {
    const doubt = { wish: wishOf(options), kind: kindOf(options.tools), failure };
    const { signal } = options;
    this.#doubts.set(signal, [...(this.#doubts.get(signal) ?? []), doubt]);
  }

  /** An answer comes. */
  taken(options: LlmOptions): void {
    const doubts = this.#doubts.get(options.signal);
    if (!doubts) return;
    this.#doubts.delete(options.signal);
    for (const { wish, kind, failure } of doubts) {
      const isProven = wish === wishOf(options) && kind !== kindOf(options.tools);
      if (isProven && this.#unfit.size < mostUnfit) this.#unfit.set(wish + kind, failure);
    }
  }
}

/** Which functions are refused may depend on whether they are for acting, for looking up, or both. */
function kindOf(tools: LlmOptions['tools']): string {
  if (!tools) return '';
  const { offered, wordless } = tools;
  const outside = offered.filter(({ name }) => wordless?.has(name)).length;
  return `${outside > 0 ? ' outside' : ''}${outside < offered.length ? ' acts' : ''}`;
}
