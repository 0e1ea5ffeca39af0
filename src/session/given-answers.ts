import type { ServerResponse } from '../protocol/server-messages.ts';

/** Clients repeat what they got no answer to, soon. */
const mostRemembered = 64;

/** Answers to messages that had an id: repeated, such a message is answered again and does nothing. */
export class GivenAnswers {
  readonly #all = new Map<string, ServerResponse>();

  get(name: string): ServerResponse | undefined {
    return this.#all.get(name);
  }

  keep(name: string, answer: ServerResponse): void {
    this.#all.set(name, answer);
    const [oldest] = this.#all.keys();
    if (this.#all.size > mostRemembered && oldest !== undefined) this.#all.delete(oldest);
  }
}
