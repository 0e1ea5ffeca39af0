import { Garbage } from './attempt.ts';

/** An event holds a token or two; a line that never ends is no event. */
const maxEventLetters = 262_144;

/** Takes server-sent events apart (WHATWG HTML, 9.2.6), of which only the data matter, from pieces cut anywhere. */
export class EventStream {
  readonly #decoder = new TextDecoder();
  #line = '';
  #data: string[] = [];
  #dataLetters = 0;

  /** @returns the data of each event that is complete now */
  push(bytes: Uint8Array): string[] {
    return this.#read(this.#decoder.decode(bytes, { stream: true }));
  }

  /** The data of a last event without the empty line that should follow it. */
  end(): string[] {
    return this.#read(`${this.#decoder.decode()}\n\n`);
  }

  #read(text: string): string[] {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    const events: string[] = [];
    for (const line of lines) this.#take(line.endsWith('\r') ? line.slice(0, -1) : line, events);
    if (this.#line.length + this.#dataLetters > maxEventLetters) {
      throw new Garbage('an event without end', false);
    }
    return events;
  }

  #take(line: string, events: string[]): void {
    if (line === '') {
      if (this.#data.length > 0) events.push(this.#data.join('\n'));
      this.#data = [];
      this.#dataLetters = 0;
    } else if (line.startsWith('data:')) {
      const data = line.slice(line.startsWith('data: ') ? 6 : 5);
      this.#data.push(data);
      this.#dataLetters += data.length;
    }
  }
}
