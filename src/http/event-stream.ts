import { once } from 'node:events';
import type { Response } from 'express';

/** Server-sent events (WHATWG HTML, 9.2) to one client. Nothing is sent before the first event: until then a status can be. */
export class EventStream {
  readonly #gone = new AbortController();

  constructor(private readonly res: Response) {
    res.once('close', () => {
      this.#gone.abort();
    });
  }

  /** Aborted when the client has gone; whatever is done for it should end then. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /**
   * Waits while the client reads more slowly than is written. Every space is kept, and line ends become lines of their
   * own, so that the data of all events put together are the text: readers take one space after the colon away.
   */
  async send(data: string, fields: { event?: string; id?: string } = {}): Promise<void> {
    this.signal.throwIfAborted();
    if (!this.res.headersSent) {
      this.res.status(200).set({
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-cache, no-store',
        // Proxies such as nginx would gather the pieces otherwise.
        'X-Accel-Buffering': 'no',
      });
    }
    const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`);
    const lines = data.replaceAll('\r', '').split('\n');
    const event = `${head.join('')}${lines.map((line) => `data: ${line}\n`).join('')}\n`;
    if (!this.res.write(event)) await once(this.res, 'drain', { signal: this.signal });
  }

  end(): void {
    this.res.end();
  }
}
