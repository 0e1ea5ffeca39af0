import { speakingRateHz } from '../frames/pcm.ts';
import type { SpeechFrame } from '../frames/speech-timing.ts';
import { SignsOfLife } from './life.ts';
import { Mouth } from './mouth.ts';
import { Rig, type FaceFormat, type FaceFrame } from './rig.ts';
import { closedMouth } from './visemes.ts';

/**
 * The face of one answer. Frame `i` is how it looks at sample `i * rate / fps` of the sound, and there is a frame for
 * each such sample that the sound has: frames and sound cannot drift apart, for frames are counted in samples.
 */
export class FaceTrack {
  readonly #mouth = new Mouth();
  readonly #rig: Rig;
  readonly #life: SignsOfLife;
  readonly #weights = closedMouth();
  #pushedSamples = 0;
  #taken = 0;
  #ended = false;

  /** @param seed the same gives the same blinks */
  constructor(
    format: FaceFormat,
    readonly fps: number,
    seed: number,
  ) {
    this.#rig = Rig.of(format);
    this.#life = new SignsOfLife(seed);
  }

  /** Frames taken so far: the index of the next one. */
  get taken(): number {
    return this.#taken;
  }

  get pushedSamples(): number {
    return this.#pushedSamples;
  }

  /** The sample that the next frame belongs to. */
  get nextSample(): number {
    return (this.#taken * speakingRateHz) / this.fps;
  }

  push(frame: SpeechFrame): void {
    this.#mouth.push(frame);
    this.#pushedSamples += frame.samples.length;
    this.#ended = false;
  }

  /** No more sound comes, so that no frame waits for what follows it. */
  end(): void {
    this.#ended = true;
  }

  /** How many frames there are to take: settled ones, and those before `dueSample`, which cannot wait. */
  ready(dueSample: number): number {
    const settled = this.#ended ? this.#pushedSamples : toSamples(this.#mouth.settledMs);
    const until = Math.min(this.#pushedSamples, Math.max(settled, dueSample));
    return Math.max(0, framesWithin(until, this.fps) - this.#taken);
  }

  /** The next frames, at most `most`. @param dueSample as in `ready` */
  take(most: number, dueSample: number): FaceFrame[] {
    const count = Math.min(most, this.ready(dueSample));
    const frames = Array.from({ length: count }, () => this.#next());
    this.#mouth.forgetBefore(toMs(this.nextSample));
    return frames;
  }

  #next(): FaceFrame {
    const atMs = toMs(this.nextSample);
    const endMs = this.#ended ? toMs(this.#pushedSamples) : undefined;
    this.#taken++;
    this.#mouth.weigh(atMs, this.#weights);
    const loudness = this.#mouth.loudness(atMs);
    return this.#rig.frame(this.#weights, loudness, this.#life.at(atMs, loudness, endMs));
  }
}

/** How many frames so much sound has: one for each frame's sample in it. */
export function framesWithin(samples: number, fps: number): number {
  return Math.ceil((samples * fps) / speakingRateHz);
}

const toMs = (samples: number) => (samples * 1000) / speakingRateHz;
const toSamples = (ms: number) => Math.floor((ms * speakingRateHz) / 1000);
