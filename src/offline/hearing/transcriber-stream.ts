import type { HearingStream } from './recogniser.ts';
import { TranscriberLost, type Transcriber } from './transcriber.ts';

/** An utterance on its way through one recogniser process, which hears nothing else until it is over. */
export class TranscriberStream implements HearingStream {
  #waiting: Int16Array[] = [];
  #hasBegun = false;
  #isOver = false;
  /** The process is at work; what comes meanwhile is given to it in one piece. */
  #working: Promise<void> | undefined;

  constructor(
    private readonly transcriber: Transcriber,
    private readonly onPartial: (words: string) => void,
    private readonly release: () => void,
  ) {}

  push(samples: Int16Array): void {
    if (this.#isOver) return;
    this.#waiting.push(samples);
    this.#working ??= this.#work().finally(() => (this.#working = undefined));
  }

  async finish(): Promise<string> {
    if (this.#isOver) throw new TranscriberLost('speech recogniser: the utterance is over');
    this.#isOver = true;
    try {
      await this.#working;
      if (!this.#hasBegun) return '';
      return await this.transcriber.hear('end', this.#take());
    } finally {
      this.release();
    }
  }

  drop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#waiting = [];
    void (this.#working ?? Promise.resolve()).then(() => {
      if (this.#hasBegun) this.transcriber.drop();
      this.release();
    });
  }

  /** Never rejects: that the process is lost is found out by whoever wants words. */
  async #work(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isOver) {
      const kind = this.#hasBegun ? 'more' : 'begin';
      this.#hasBegun = true;
      try {
        const words = await this.transcriber.hear(kind, this.#take());
        if (!this.#hasEnded()) this.onPartial(words);
      } catch {
        return;
      }
    }
  }

  #hasEnded(): boolean {
    return this.#isOver;
  }

  #take(): Int16Array {
    const pieces = this.#waiting.splice(0);
    const whole = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}
