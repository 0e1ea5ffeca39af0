import { GrowingSound } from '../sounds/growing-sound.ts';

export type VoiceMakingOptions = {
  workspaceId: string;
  turnId: string;
  /** Fills the sound, ends it, and keeps it. Its failures are told to the sound; it never rejects. */
  make: (sound: GrowingSound, signal: AbortSignal) => Promise<void>;
};

/** An answer while it is spoken: for all who listen, and only as long as anybody does. */
export class VoiceMaking {
  readonly sound = new GrowingSound();
  readonly workspaceId: string;
  readonly turnId: string;
  /** Resolves when it is whole and kept, and when it failed. Never rejects. */
  readonly done: Promise<void>;
  readonly #ending = new AbortController();
  #listeners = 0;

  constructor({ workspaceId, turnId, make }: VoiceMakingOptions) {
    this.workspaceId = workspaceId;
    this.turnId = turnId;
    this.done = make(this.sound, this.#ending.signal);
  }

  /**
   * @param signal of a listener: aborted, they have left, whatever they are waiting for
   * @returns what a listener calls who leaves; safe to call twice
   */
  listen(signal: AbortSignal, onLast: () => void): () => void {
    let listens = true;
    this.#listeners++;
    const leave = () => {
      signal.removeEventListener('abort', leave);
      if (!listens) return;
      listens = false;
      this.#listeners--;
      if (this.#listeners > 0 || this.sound.isWhole) return;
      this.giveUp(new Error('nobody listens'));
      onLast();
    };
    signal.addEventListener('abort', leave);
    return leave;
  }

  /** Ends the synthesiser's work. @param why what those are told who still listen */
  giveUp(why: Error): void {
    this.#ending.abort(why);
    this.sound.fail(why);
  }
}
