import * as z from 'zod';
import { Garbage, RefusedInAnswer } from '../attempt.ts';
import { EventStream } from '../event-stream.ts';
import { CallDelta, CallParts } from './call-parts.ts';
import type { LlmEnd, ToolCall } from './llm.ts';

const Usage = z.object({
  prompt_tokens: z.int().min(0),
  completion_tokens: z.int().min(0),
});
/** Comes with the last piece or behind it, with no choices then. */
const Counted = z.object({ usage: Usage });

const Chunk = z.union([
  z.object({ error: z.union([z.string(), z.looseObject({})]) }),
  z.object({
    choices: z.array(
      z.object({
        delta: z
          .object({ content: z.string().nullish(), tool_calls: z.array(CallDelta).nullish() })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    ),
  }),
]);

/** Reads the text out of a streamed chat completion. */
export class ChatAnswer {
  readonly #events = new EventStream();
  readonly #calls = new CallParts();
  #any = false;
  #finished = false;
  #finishReason: string | null = null;
  #tokens: LlmEnd['tokens'];

  /** Not all servers name the type, but a page or a plain object is no stream. @throws {Garbage} */
  constructor(contentType: string) {
    if (/html|json|audio|image/i.test(contentType)) {
      throw new Garbage(`no events but ${contentType}`, false);
    }
  }

  /** Whether the server said that this was all: by a `finish_reason` or `[DONE]`; some send only one of them. */
  get finished(): boolean {
    return this.#finished;
  }

  get ending(): LlmEnd {
    return { finishReason: this.#finishReason, tokens: this.#tokens };
  }

  /** The functions that the model called, as far as they are there. */
  get calls(): ToolCall[] {
    return this.#calls.whole;
  }

  /** @returns what came of the text. @throws {Garbage | RefusedInAnswer | SyntaxError | z.ZodError} */
  *push(bytes: Uint8Array): Generator<string, void> {
    for (const data of this.#events.push(bytes)) yield* this.#read(data);
  }

  /** The connection ended. @returns what may be left of the text. @throws as `push` */
  *end(): Generator<string, void> {
    for (const data of this.#events.end()) yield* this.#read(data);
    if (!this.#any) throw new Garbage('an answer without events', false);
  }

  *#read(data: string): Generator<string, void> {
    this.#any = true;
    const isDone = data.trim() === '[DONE]';
    if (this.#finished) {
      if (!isDone) this.#count(JSON.parse(data));
      return;
    }
    if (isDone) {
      this.#finished = true;
      return;
    }
    const json: unknown = JSON.parse(data);
    const chunk = Chunk.parse(json);
    if ('error' in chunk) throw new RefusedInAnswer(JSON.stringify(chunk.error));
    const choice = chunk.choices[0];
    if (choice?.delta?.content) yield choice.delta.content;
    for (const part of choice?.delta?.tool_calls ?? []) this.#calls.push(part);
    this.#count(json);
    if (!choice?.finish_reason) return;
    this.#finished = true;
    this.#finishReason = choice.finish_reason;
  }

  #count(json: unknown): void {
    const counted = Counted.safeParse(json);
    if (!counted.success) return;
    const { prompt_tokens: prompt, completion_tokens: completion } = counted.data.usage;
    this.#tokens = { prompt, completion };
  }
}
