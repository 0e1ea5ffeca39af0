import { abortable } from '../lifetime/abortable.ts';
import { Gate } from '../lifetime/gate.ts';

/** A sound while it is made: each reader has it from its beginning, as fast as it comes. */
export class GrowingSound {
  readonly pieces: Uint8Array[] = [];
  #state: { at: 'growing' } | { at: 'whole' } | { at: 'broken'; cause: unknown } = {
    at: 'growing',
  };
  #more = new Gate();

  push(piece: Uint8Array): void {
    this.pieces.push(piece);
    this.#tell();
  }

  end(): void {
    if (this.#state.at !== 'growing') return;
    this.#state = { at: 'whole' };
    this.#tell();
  }

  /** The first cause counts; what is whole stays so. */
  fail(cause: unknown): void {
    if (this.#state.at !== 'growing') return;
    this.#state = { at: 'broken', cause };
    this.#tell();
  }

  get isWhole(): boolean {
    return this.#state.at === 'whole';
  }

  /**
   * Yields piece by piece, and ends with the sound.
   * @param signal of the reader, who waits no longer than it
   * @throws what the making of it failed with, or the signal's reason
   */
  async *read(signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    for (let at = 0; ;) {
      signal.throwIfAborted();
      const piece = this.pieces[at];
      if (piece) {
        at++;
        yield piece;
        continue;
      }
      if (this.#state.at === 'whole') return;
      if (this.#state.at === 'broken') throw this.#state.cause;
      await abortable(this.#more.opened, signal);
    }
  }

  #tell(): void {
    const gate = this.#more;
    this.#more = new Gate();
    gate.open();
  }
}
