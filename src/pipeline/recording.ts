import { hearingRateHz } from '../frames/pcm.ts';

/** Sound from before the VAD was sure: the first syllable lies there. Longer for one that is told to be sure later. */
export const preRollMs = 600;
/** What may sound before the first window that is surely speech: a breath, a soft consonant. */
const onsetMs = 400;
/** A monologue longer than this loses its beginning; recognisers refuse more at once anyway. */
const mostSamples = hearingRateHz * 60;

/** The sound of the utterance in progress, and a little of what came before it. */
export class Recording {
  #pieces: Int16Array[] = [];
  #samples = 0;
  #keeping = false;
  readonly #preRollSamples: number;

  /**
   * @param onKept is given every piece of an utterance once, the pre-roll first
   * @param sureAfterMs how much of the speech has sounded before `begin` is called
   */
  constructor(
    private readonly onKept: (piece: Int16Array) => void = () => undefined,
    sureAfterMs = 0,
  ) {
    const keptMs = Math.max(preRollMs, sureAfterMs + onsetMs);
    this.#preRollSamples = Math.ceil((hearingRateHz * keptMs) / 1000);
  }

  /** How much there is, the pre-roll included. */
  get samples(): number {
    return this.#samples;
  }

  /** @param piece mono PCM at `hearingRateHz`; kept as it is, not copied */
  push(piece: Int16Array): void {
    if (this.#keeping) this.onKept(piece);
    this.#pieces.push(piece);
    this.#samples += piece.length;
    const bound = this.#keeping ? mostSamples : this.#preRollSamples;
    while (this.#samples > bound) {
      const oldest = this.#pieces.shift();
      if (!oldest) return;
      this.#samples -= oldest.length;
    }
  }

  /** From here on everything is kept, with the pre-roll. */
  begin(): void {
    if (this.#keeping) return;
    this.#keeping = true;
    for (const piece of this.#pieces) this.onKept(piece);
  }

  /** The utterance so far, in one piece. */
  snapshot(): Int16Array {
    const whole = new Int16Array(this.#samples);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  /** The utterance begins anew with what was heard last; its sound goes on. */
  restart(): void {
    for (let first = this.#pieces[0]; first; first = this.#pieces[0]) {
      if (this.#samples - first.length < this.#preRollSamples) break;
      this.#pieces.shift();
      this.#samples -= first.length;
    }
    if (this.#keeping) for (const piece of this.#pieces) this.onKept(piece);
  }

  /** Forgets it all: what was answered must not be heard again in the next utterance. */
  discard(): void {
    this.#pieces = [];
    this.#samples = 0;
    this.#keeping = false;
  }
}
