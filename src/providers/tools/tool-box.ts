import type { Closable } from '../../lifetime/scope.ts';
import type { Tool } from '../llm/llm.ts';

/** A function of the world outside that a character may call. */
export type OutsideTool = Tool & {
  /** Calling it twice does no harm: it only looks something up. */
  isRepeatable: boolean;
};

/** What came of a call, in words for the model; never for ears. */
export type ToolOutcome = { ok: boolean; text: string };

/** The functions of one character. */
export interface ToolBox extends Closable {
  /** Those that are known by now: a server that is down adds its own when it is up. */
  readonly offered: OutsideTool[];
  /**
   * @param args as the model wrote them, parsed; anything
   * @returns what came of it; failures, refused arguments and timeouts, too. Rejects only when `signal` aborts
   */
  call(name: string, args: unknown, signal: AbortSignal): Promise<ToolOutcome>;
}
