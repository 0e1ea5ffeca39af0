import type { Clock } from '../../src/lifetime/clock.ts';
import {
  ToolsUnfit,
  type ChatMessage,
  type Llm,
  type LlmOptions,
  type ToolCall,
} from '../../src/providers/llm/llm.ts';
import type { ProviderFailed } from '../../src/providers/provider-failed.ts';
import { CallLog, Script } from './scripted-call.ts';

/**
 * One answer: pieces of text, or one text that is cut into words. `firstMs` of the clock pass before the first piece
 * and `pieceMs` before each further one (0 when left out; `Infinity` hangs until aborted). With `fails` it throws
 * that after its pieces and another `failsAfterMs`. Asked with tools it makes its `calls`, or says that it takes none.
 */
export type LlmStep = {
  calls?: ToolCall[] | 'unfit';
  pieces: string | string[] | ((messages: ChatMessage[]) => string | string[]);
  firstMs?: number;
  pieceMs?: number;
  fails?: ProviderFailed;
  failsAfterMs?: number;
};

export type LlmInput = {
  messages: ChatMessage[];
  temperature: number | undefined;
  maxTokens: number | undefined;
  /** Names of the functions on offer. */
  tools: string[];
  /** What was really handed out. */
  yielded: string[];
};

/** A language model that says what it was told to. */
export class ScriptedLlm implements Llm {
  readonly script: Script<LlmStep>;
  readonly log: CallLog<LlmInput>;

  constructor(clock: Clock, ...steps: LlmStep[]) {
    this.script = new Script(steps);
    this.log = new CallLog(clock);
  }

  async *stream(messages: ChatMessage[], options: LlmOptions): AsyncGenerator<string, void> {
    const { signal, temperature, maxTokens } = options;
    signal.throwIfAborted();
    const step = this.script.next();
    const yielded: string[] = [];
    const tools = (options.tools?.offered ?? []).map(({ name }) => name);
    const call = this.log.begin({
      messages: [...messages],
      temperature,
      maxTokens,
      tools,
      yielded,
    });
    let stopped = true;
    try {
      if (options.tools && step.calls === 'unfit') throw new ToolsUnfit(undefined);
      const said = typeof step.pieces === 'function' ? step.pieces(messages) : step.pieces;
      await this.log.wait(step.firstMs ?? 0, signal);
      for (const piece of typeof said === 'string' ? words(said) : said) {
        if (yielded.length > 0) await this.log.wait(step.pieceMs ?? 0, signal);
        yielded.push(piece);
        yield piece;
        signal.throwIfAborted();
      }
      await this.log.wait(step.failsAfterMs ?? 0, signal);
      stopped = false;
      if (step.fails) throw step.fails;
      if (Array.isArray(step.calls)) step.calls.forEach((made) => options.tools?.onCall(made));
      this.log.end(call, 'completed');
    } finally {
      this.log.end(call, stopped ? 'aborted' : 'failed');
    }
  }
}

/** Words with the space before them, as models send them. */
export function words(text: string): string[] {
  return text.match(/\s*\S+/gu) ?? [];
}
