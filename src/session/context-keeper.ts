import { sleep, type Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { ClientContext } from '../protocol/client-context.ts';

/** The larger it is, the rarer it is stored: a client that changes half a megabyte with every message costs little. */
const pause = { ms: 20, bytesPerMs: 1_000 };

export type KeeperDeps = {
  clock: Clock;
  /** Resolves when it is stored. */
  store: (context: ClientContext) => Promise<void>;
  onFailed: (cause: unknown) => void;
};

/** Stores what a client changed: the first change at once, then the newest of those that came meanwhile. */
export class ContextKeeper implements Closable {
  readonly #hurry = new AbortController();
  #waiting: ClientContext | undefined;
  #storing: Promise<void> | undefined;

  constructor(private readonly deps: KeeperDeps) {}

  keep(context: ClientContext): void {
    this.#waiting = context;
    this.#storing ??= this.#storeAll();
  }

  /** Resolves when the newest is stored, or could not be. */
  async close(): Promise<void> {
    this.#hurry.abort();
    await this.#storing;
  }

  /** Never rejects. */
  async #storeAll(): Promise<void> {
    const { clock, store, onFailed } = this.deps;
    // Not before `keep` has noted that we run.
    await Promise.resolve();
    for (let next = this.#take(); next; next = this.#take()) {
      const bytes = JSON.stringify(next).length;
      await store(next).catch(onFailed);
      await sleep(clock, pause.ms + bytes / pause.bytesPerMs, this.#hurry.signal).catch(
        () => undefined,
      );
    }
    this.#storing = undefined;
  }

  #take(): ClientContext | undefined {
    const next = this.#waiting;
    this.#waiting = undefined;
    return next;
  }
}
