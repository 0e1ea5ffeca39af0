import { asError } from '../lifetime/clock.ts';
import type { ServerAnswer } from '../protocol/journal.ts';
import { JournalAway, JournalRefused } from './journal-errors.ts';

type Waiting = { resolve: (result: unknown) => void; reject: (cause: Error) => void };

/** More than the sessions of one process can have use for at once: the server is slow, and asking more helps nobody. */
const mostWaiting = 128;

/** Asks whose answer is of use for a moment only: sent once, given up when the line breaks, never kept. */
export class PassingAsks {
  readonly #waiting = new Map<number, Waiting>();

  /**
   * @param send sends it, and says first under which id; false when it cannot be sent now
   * @throws {JournalAway | JournalRefused} or the signal's reason
   */
  ask(send: (sentAs: (id: number) => void) => boolean, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#waiting.size >= mostWaiting) throw new JournalAway();
      let sentAs: number | undefined;
      const onAbort = () => {
        if (sentAs !== undefined) this.#waiting.delete(sentAs);
        reject(asError(signal.reason));
      };
      const leave = () => {
        signal.removeEventListener('abort', onAbort);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const isSent = send((id) => {
        sentAs = id;
        this.#waiting.set(id, {
          resolve: (result) => {
            leave();
            resolve(result);
          },
          reject: (cause) => {
            leave();
            reject(cause);
          },
        });
      });
      if (isSent) return;
      leave();
      throw new JournalAway();
    });
  }

  /** @returns whether it answers one of these */
  answered(answer: ServerAnswer): boolean {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return false;
    this.#waiting.delete(answer.id);
    if (answer.ok) waiting.resolve(answer.result);
    else waiting.reject(new JournalRefused(answer.code));
    return true;
  }

  /** The line is gone, and with it the answers. */
  lose(): void {
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of lost) reject(new JournalAway());
  }
}
