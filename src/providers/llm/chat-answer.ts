import * as z from 'zod';
import { Garbage, RefusedInAnswer } from '../attempt.ts';
import { EventStream } from '../event-stream.ts';
import { CallDelta, CallParts } from './call-parts.ts';
import type { ToolCall } from './llm.ts';

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
    if (this.#finished) return;
    if (data.trim() === '[DONE]') {
      this.#finished = true;
      return;
    }
    const chunk = Chunk.parse(JSON.parse(data));
    if ('error' in chunk) throw new RefusedInAnswer(JSON.stringify(chunk.error));
    const choice = chunk.choices[0];
    if (choice?.delta?.content) yield choice.delta.content;
    for (const part of choice?.delta?.tool_calls ?? []) this.#calls.push(part);
    if (choice?.finish_reason) this.#finished = true;
  }
}
