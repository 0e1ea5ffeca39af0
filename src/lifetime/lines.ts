/**
 * Cuts a stream of text into lines. A line longer than `maxChars` is given in pieces of that size, so that a program
 * that never writes a newline can't fill our memory.
 */
export class Lines {
  #rest = '';

  constructor(
    private readonly onLine: (line: string) => void,
    private readonly maxChars = 131_072,
  ) {}

  push(text: string): void {
    const parts = (this.#rest + text).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) this.#give(part.endsWith('\r') ? part.slice(0, -1) : part);
    while (this.#rest.length > this.maxChars) {
      this.onLine(this.#rest.slice(0, this.maxChars));
      this.#rest = this.#rest.slice(this.maxChars);
    }
  }

  /** Gives what is left when the stream ended without a newline. */
  end(): void {
    if (this.#rest !== '') this.#give(this.#rest);
    this.#rest = '';
  }

  #give(line: string): void {
    for (let from = 0; from === 0 || from < line.length; from += this.maxChars)
      this.onLine(line.slice(from, from + this.maxChars));
  }
}
