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
    this.#state = { at: 'whole' };
    this.#tell();
  }

  fail(cause: unknown): void {
    this.#state = { at: 'broken', cause };
    this.#tell();
  }

  get isWhole(): boolean {
    return this.#state.at === 'whole';
  }

  /** Yields piece by piece, and ends with the sound. @throws what the making of it failed with */
  async *read(): AsyncGenerator<Uint8Array, void> {
    for (let at = 0; ;) {
      const piece = this.pieces[at];
      if (piece) {
        at++;
        yield piece;
        continue;
      }
      if (this.#state.at === 'whole') return;
      if (this.#state.at === 'broken') throw this.#state.cause;
      await this.#more.opened;
    }
  }

  #tell(): void {
    const gate = this.#more;
    this.#more = new Gate();
    gate.open();
  }
}
