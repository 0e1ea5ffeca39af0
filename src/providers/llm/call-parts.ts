import * as z from 'zod';
import { Garbage } from '../attempt.ts';
import type { ToolCall } from './llm.ts';

/** Far more than a plan of actions takes. */
const most = { calls: 32, jsonLetters: 65_536 } as const;

/** A piece of a streamed call. Some servers leave `index` out and send each call whole. */
export const CallDelta = z.object({
  index: z.int().nullish(),
  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});
type CallDelta = z.infer<typeof CallDelta>;

/** Puts the calls of one answer together from their pieces. */
export class CallParts {
  readonly #calls = new Map<number, ToolCall>();
  #letters = 0;

  /** @throws {Garbage} when they never end */
  push({ index, function: part }: CallDelta): void {
    const name = part?.name ?? '';
    const json = part?.arguments ?? '';
    const at = index ?? (name === '' ? Math.max(0, this.#calls.size - 1) : this.#calls.size);
    const call = this.#calls.get(at) ?? { name: '', json: '' };
    this.#calls.set(at, { name: call.name + name, json: call.json + json });
    this.#letters += name.length + json.length;
    if (this.#calls.size > most.calls || this.#letters > most.jsonLetters) {
      throw new Garbage('calls without end', false);
    }
  }

  /** In their order. */
  get whole(): ToolCall[] {
    return [...this.#calls]
      .sort(([one], [other]) => one - other)
      .map(([, call]) => call)
      .filter(({ name }) => name !== '');
  }
}
