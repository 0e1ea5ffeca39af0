import { durationMs } from '../frames/pcm.ts';
import type { SpeechFrame } from '../frames/speech-timing.ts';
import { SoundMouth } from './sound-mouth.ts';
import { TimedMouth } from './timed-mouth.ts';
import type { MouthWeights } from './visemes.ts';

/** A pause after timed words still belongs to them: synthesisers end a sentence with one. */
const pauseMs = 500;

/**
 * The mouth of an answer at any time of its sound: by the phonemes where the synthesiser tells them, by the sound
 * itself elsewhere.
 */
export class Mouth {
  readonly #timed = new TimedMouth();
  readonly #sound = new SoundMouth();
  /** Which of them rules from when on. */
  readonly #turns: { fromMs: number; by: 'phonemes' | 'sound' }[] = [];
  #endMs = 0;

  /** How much sound there is so far. */
  get endMs(): number {
    return this.#endMs;
  }

  /** Until here `weigh` will not say anything else any more. */
  get settledMs(): number {
    return this.#by(this.#endMs) === 'sound' ? this.#sound.settledMs : this.#endMs;
  }

  push(frame: SpeechFrame): void {
    const phonemes = frame.timing?.phonemes ?? [];
    if (phonemes.length > 0) this.#timed.push(phonemes, this.#endMs);
    const isTimed = this.#endMs < this.#timed.endMs + pauseMs && this.#timed.endMs > 0;
    const by = isTimed ? 'phonemes' : 'sound';
    if (this.#turns.at(-1)?.by !== by) this.#turns.push({ fromMs: this.#endMs, by });
    this.#sound.push(frame.samples, by === 'sound');
    this.#endMs += durationMs(frame);
  }

  /** Fills `weights`. */
  weigh(atMs: number, weights: MouthWeights): void {
    if (this.#by(atMs) === 'sound') this.#sound.weigh(atMs, weights);
    else this.#timed.weigh(atMs, weights);
  }

  /** 0 to 1. */
  loudness(atMs: number): number {
    return this.#sound.loudness(atMs);
  }

  forgetBefore(atMs: number): void {
    this.#timed.forgetBefore(atMs);
    this.#sound.forgetBefore(atMs);
    while ((this.#turns[1]?.fromMs ?? Infinity) < atMs) this.#turns.shift();
  }

  #by(atMs: number): 'phonemes' | 'sound' {
    const own = this.#turns.findLast(({ fromMs }) => fromMs <= atMs);
    return own?.by ?? 'sound';
  }
}
