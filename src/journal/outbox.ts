import type { AgentAsk } from '../protocol/journal.ts';
import { JournalRefused } from './journal-errors.ts';

/** An ask that waits for its answer. */
export type Pending = {
  readonly id: number;
  /** The ask as it is sent, JSON. */
  readonly text: string;
  readonly bytes: number;
  /** How often the server said "try again". */
  retries: number;
  /** On its way to the server on the present connection, or waiting for its turn. */
  sent: boolean;
  readonly resolve: (result: unknown) => void;
  readonly reject: (cause: Error) => void;
};

export type OutboxLimits = {
  asks: number;
  bytes: number;
  /** Of one ask: the server would cut the line because of a longer one, again and again. */
  askBytes: number;
  /** Asks that may be unanswered on the line at once. */
  inFlight: number;
};

/** Too much is unanswered: the server has been away for long. Nothing was taken. */
export class OutboxFull extends Error {
  override readonly name = 'OutboxFull';
  constructor() {
    super('the journal can take no more before the server answers');
  }
}

/** What the server has not answered yet, oldest first, within bounds. */
export class Outbox {
  readonly #pending = new Map<number, Pending>();
  #bytes = 0;
  #lastId = 0;

  constructor(private readonly limits: OutboxLimits) {}

  get size(): number {
    return this.#pending.size;
  }

  /** Ids of what is asked outside the outbox come from here too: an id is given once. */
  nextId(): number {
    return ++this.#lastId;
  }

  /** @throws {OutboxFull | JournalRefused} */
  add(ask: AgentAsk, resolve: Pending['resolve'], reject: Pending['reject']): Pending {
    const id = this.nextId();
    const text = JSON.stringify({ id, ...ask });
    const bytes = Buffer.byteLength(text);
    if (bytes > this.limits.askBytes) throw new JournalRefused('ask_too_long');
    if (this.#pending.size >= this.limits.asks || this.#bytes + bytes > this.limits.bytes)
      throw new OutboxFull();
    const pending = { id, text, bytes, retries: 0, sent: false, resolve, reject };
    this.#pending.set(id, pending);
    this.#bytes += bytes;
    return pending;
  }

  get(id: number): Pending | undefined {
    return this.#pending.get(id);
  }

  remove(pending: Pending): void {
    if (this.#pending.delete(pending.id)) this.#bytes -= pending.bytes;
  }

  /** The connection is gone: everything unanswered is to be sent again. */
  unsend(): void {
    for (const pending of this.#pending.values()) pending.sent = false;
  }

  /** What may be sent now, oldest first, and is taken for sent. */
  *takeSendable(): Generator<Pending, void> {
    let inFlight = 0;
    for (const { sent } of this.#pending.values()) if (sent) inFlight++;
    for (const pending of this.#pending.values()) {
      if (inFlight >= this.limits.inFlight) return;
      if (pending.sent) continue;
      pending.sent = true;
      inFlight++;
      yield pending;
    }
  }

  /** Empties it. @returns what was in it */
  drain(): Pending[] {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    this.#bytes = 0;
    return all;
  }
}
