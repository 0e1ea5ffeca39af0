import { hearingRateHz } from '../../frames/pcm.ts';
import { Gate } from '../../lifetime/gate.ts';
import { Resampler } from '../../audio/resample.ts';
import { realtimeRateHz } from './realtime-events.ts';

/** Sound that can be sent once more: after it broke, or after a pause that was none. */
const mostSamples = hearingRateHz * 30;

/**
 * Sound that becomes one item at the recogniser, and the words that come back for it. It is kept while it may have to
 * be sent again.
 */
export class Segment {
  /** The recogniser's name for it, once known. */
  itemId: string | undefined;
  /** The words so far; all of them when `isComplete`. */
  text = '';
  isComplete = false;
  /** Ours for its commit; set when it was asked for. */
  commitId: string | undefined;
  #pieces: Int16Array[] = [];
  #samples = 0;
  #sent = 0;
  #hasHole = false;
  #hasGap = false;
  #resampler = freshResampler();
  /** Opens when the words are complete or will never come. */
  #settled = new Gate();

  get isCommitted(): boolean {
    return this.commitId !== undefined;
  }

  get samples(): number {
    return this.#samples;
  }

  /** Whether there is sound that was not sent. */
  get hasUnsent(): boolean {
    return this.#sent < this.#pieces.length;
  }

  /** Whether sound was sent that no commit has made an item of. */
  get isOpenAtServer(): boolean {
    return this.#sent > 0 && !this.isCommitted;
  }

  /** Whether words of it are known that nobody has asked for. */
  get isTelling(): boolean {
    return !this.isCommitted && this.text !== '';
  }

  /** Whether all of it is still here. */
  get isWhole(): boolean {
    return !this.#hasHole;
  }

  /** Whether sound had to be forgotten before it was sent: its words would be those of a part. */
  get hasGap(): boolean {
    return this.#hasGap;
  }

  get settled(): Promise<void> {
    return this.#settled.opened;
  }

  push(samples: Int16Array): void {
    this.#pieces.push(samples);
    this.#samples += samples.length;
    while (this.#samples > mostSamples) {
      const oldest = this.#pieces.shift();
      if (!oldest) return;
      this.#samples -= oldest.length;
      if (this.#sent > 0) this.#sent--;
      else this.#hasGap = true;
      this.#hasHole = true;
    }
  }

  /** What was not sent yet, at `realtimeRateHz`; counts as sent from now on. */
  takeUnsent(): Int16Array[] {
    const taken = this.#pieces.slice(this.#sent).map((piece) => this.#resampler.push(piece));
    this.#sent = this.#pieces.length;
    return taken;
  }

  /** The last samples, which the resampler held back. Nothing may be sent after it. */
  takeTail(): Int16Array {
    return this.#resampler.flush();
  }

  /** Everything is to be sent once more, as another item. */
  rewind(): void {
    this.itemId = undefined;
    this.text = '';
    this.isComplete = false;
    this.commitId = undefined;
    this.#sent = 0;
    this.#resampler = freshResampler();
    this.#settled.open();
    this.#settled = new Gate();
  }

  /** @returns a new one with what was pushed after the commit */
  split(): Segment {
    const rest = new Segment();
    for (const piece of this.#pieces.splice(this.#sent)) rest.push(piece);
    this.#pieces = [];
    this.#samples = 0;
    this.#sent = 0;
    return rest;
  }

  complete(text: string): void {
    this.text = text.trim();
    this.isComplete = true;
    this.#settled.open();
  }

  /** Its words will never come. */
  giveUp(): void {
    this.#settled.open();
  }
}

const freshResampler = () => new Resampler({ fromHz: hearingRateHz, toHz: realtimeRateHz });
