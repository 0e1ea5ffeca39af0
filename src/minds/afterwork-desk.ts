import type { Turns } from '../chats/turns.ts';
import type { Db } from '../db/db.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Afterwork, AfterworkKind } from '../memory/afterwork.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import { leastTokens } from './summarise.ts';

export type AfterworkDeskDeps = {
  afterwork: Afterwork;
  turns: Turns;
  clock: Clock;
  /** There is something to do. */
  wake: () => void;
  onFailed: (err: unknown) => void;
};

/** The last turns of a session may arrive a moment after its end. */
const afterEndMs = 1_000;
const writtenEndMs = 60_000;
/** A turn that is open for longer is nobody's any more. */
const openForMs = 60_000;
/** English takes about as many bytes for a token as Chinese does. */
const bytesPerToken = 3;
/** A character may be shown few turns. */
const fewTurns = 3;
/** Turns: not every one makes a conversation too long. */
const lookEvery = 3;

/** Notices what conversations leave to be done. Nobody waits for it. */
export class AfterworkDesk {
  readonly #open = new Map<string, number>();

  constructor(private readonly deps: AfterworkDeskDeps) {}

  /** Whether somebody waits for an answer right now. */
  isBusy(): boolean {
    const nowMs = this.deps.clock.nowMs();
    for (const [id, sinceMs] of this.#open) if (nowMs - sinceMs > openForMs) this.#open.delete(id);
    return this.#open.size > 0;
  }

  turnStored(conversationId: string, { id, status }: Pick<TurnRecord, 'id' | 'status'>): void {
    if (status === 'open') {
      this.#open.set(id, this.deps.clock.nowMs());
      return;
    }
    this.#open.delete(id);
    void this.#unlessItFails(() => this.#measure(conversationId));
  }

  /**
   * A turn in writing is about to be stored: nobody says when such a conversation ends, so a while without a word is
   * taken for it.
   * @param tx the turn's own: no death between the two loses what is to be done
   */
  async turnWriting(conversationId: string, tx: Db): Promise<void> {
    await this.deps.afterwork.due(conversationId, 'facts', writtenEndMs, tx);
  }

  /** It is stored. */
  async turnWritten(conversationId: string): Promise<void> {
    this.#wakeAfter(writtenEndMs);
    await this.#unlessItFails(() => this.#measure(conversationId));
  }

  /** Call it before the end is stored, so that no crash loses it. */
  async sessionEnding(sessionId: string): Promise<void> {
    for (const conversationId of await this.deps.turns.conversationsOf(sessionId))
      await this.#due(conversationId, 'facts', afterEndMs);
  }

  async #measure(conversationId: string): Promise<void> {
    const { afterwork, turns } = this.deps;
    const through = await afterwork.through(conversationId, 'summary');
    const amount = await turns.amountAfter(conversationId, through);
    // How much is too much is for its character to say, and looked up when it is done.
    const isLong = amount.bytes / bytesPerToken > leastTokens || amount.turns > fewTurns;
    if (isLong && amount.turns % lookEvery === 0) await this.#due(conversationId, 'summary', 0);
  }

  async #due(conversationId: string, kind: AfterworkKind, afterMs: number): Promise<void> {
    await this.deps.afterwork.due(conversationId, kind, afterMs);
    this.#wakeAfter(afterMs);
  }

  #wakeAfter(afterMs: number): void {
    this.deps.clock.after(afterMs, () => {
      this.deps.wake();
    });
  }

  async #unlessItFails(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (err) {
      this.deps.onFailed(err);
    }
  }
}
