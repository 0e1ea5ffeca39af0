import type { Clock } from '../lifetime/clock.ts';
import type { ToolCallRecord, TurnRecord } from '../protocol/turn-record.ts';
import type { Log } from '../telemetry/log.ts';
import type { ConversationEvent } from './conversation-event.ts';
import type { ToolDesk } from './tool-desk.ts';

/** Turns that the prompt may draw from; older ones are in the journal. */
const mostHistory = 200;

/** A room is not kept for a server that is away. */
const storeOnCloseMs = 3_000;

export type TurnBookDeps = {
  clock: Clock;
  log: Log;
  desk?: ToolDesk;
  /** Resolves when the record is stored for good. */
  store: (record: TurnRecord) => Promise<void>;
  /** Keeps its place among the events, and is told when `ready` resolves. */
  emitAfter: (ready: Promise<void>, event: ConversationEvent) => void;
};

/** The turns of a conversation: those that are history, and the storing of each. */
export class TurnBook {
  readonly #history: TurnRecord[];

  constructor(
    private readonly deps: TurnBookDeps,
    history: readonly TurnRecord[],
  ) {
    this.#history = [...history];
  }

  /** Those that are over, as prompts have them; the oldest first. */
  get history(): TurnRecord[] {
    return this.#history;
  }

  /** Stores beside the conversation: an `open` record matters only if this process dies. */
  keep(record: TurnRecord): void {
    this.deps.store(record).catch((cause: unknown) => {
      this.deps.log.warn({ err: cause, turnId: record.id }, 'open turn could not be stored');
    });
  }

  /** The turn is history, and its end was told before. */
  close(record: TurnRecord): void {
    this.#note(record);
    this.keep(record);
  }

  /** The turn is history: stored first, told then. */
  complete(record: TurnRecord, abortReason: 'audio_delivery_failed' | undefined): void {
    const { log, store, emitAfter } = this.deps;
    this.#note(record);
    const stored = store(record).catch((cause: unknown) => {
      log.error({ err: cause, turnId: record.id }, 'turn could not be stored');
    });
    emitAfter(stored, { kind: 'turnCompleted', record, abortReason });
  }

  /** What was called for a turn that was cut comes to its end all the same, and its record knows it then. */
  awaitResults(record: TurnRecord, calls: readonly ToolCallRecord[]): void {
    const { desk } = this.deps;
    if (!desk || calls.every(({ result }) => result !== null)) return;
    void desk.settled(calls).then(() => {
      this.keep({ ...record, toolCalls: calls.map((call) => ({ ...call })) });
    });
  }

  /** Stores the last one, as the conversation closes; a store that is away is not waited for. */
  async keepLast(record: TurnRecord): Promise<void> {
    const { store, clock } = this.deps;
    // What is not stored by then is still on its way there, for as long as this process lives.
    let cancel: () => void = () => undefined;
    const long = new Promise<void>((resolve) => {
      cancel = clock.after(storeOnCloseMs, resolve);
    });
    await Promise.race([store(record), long]).finally(cancel);
  }

  #note(record: TurnRecord): void {
    this.#history.push(record);
    if (this.#history.length > mostHistory) this.#history.shift();
  }
}
