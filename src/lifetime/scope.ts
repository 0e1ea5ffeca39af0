/** Anything that is opened, owned and closed once. */
export interface Closable {
  close(): Promise<void> | void;
}

/** Something finished opening after its owner had closed; it has been closed again. */
export class ScopeClosed extends Error {
  override readonly name = 'ScopeClosed';
  constructor(readonly scope: string) {
    super(`${scope} is closed`);
  }
}

/**
 * Owns what was opened in it. Closing happens once, in reverse order of opening, and everyone can wait for it; one
 * child that fails to close never keeps the rest open.
 */
export class Scope implements Closable {
  readonly #owned: { name: string; child: Closable }[] = [];
  readonly #aborting = new AbortController();
  #closing: Promise<void> | undefined;

  constructor(
    readonly name: string,
    private readonly onCloseFailed: (child: string, cause: unknown) => void,
  ) {}

  /** Aborted when closing begins: the signal for everything that runs inside this scope. */
  get signal(): AbortSignal {
    return this.#aborting.signal;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** @throws {ScopeClosed} when the scope closed while the child was opening; the child is closed then. */
  async own<T extends Closable>(name: string, opening: Promise<T> | T): Promise<T> {
    const child = await opening;
    if (this.#closing) {
      await this.#closeOne(name, child);
      throw new ScopeClosed(this.name);
    }
    this.#owned.push({ name, child });
    return child;
  }

  /** Registers an action for closing time, run in its place of the reverse order. */
  defer(name: string, close: () => Promise<void> | void): void {
    this.#owned.push({ name, child: { close } });
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#closeOnce());
  }

  async #closeOnce(): Promise<void> {
    this.#aborting.abort(new ScopeClosed(this.name));
    for (const { name, child } of this.#owned.reverse()) await this.#closeOne(name, child);
  }

  async #closeOne(name: string, child: Closable): Promise<void> {
    try {
      await child.close();
    } catch (cause) {
      this.onCloseFailed(name, cause);
    }
  }
}
