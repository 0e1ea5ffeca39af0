import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { rmsDbfs } from '../../audio/level.ts';
import { hearingRateHz } from '../../frames/pcm.ts';
import { Background } from './background.ts';
import { vadWindowSamples, type VadStream } from './vad.ts';

/** Fills the tensors of `fetches` from those of `feeds`. */
export type RunModel = (
  feeds: InferenceSession.FeedsType,
  fetches: InferenceSession.OnnxValueMapType,
) => Promise<void>;

/**
 * Version 5 wants the last samples of the window before in front of each window (`context_size` of its authors' own
 * wrapper: 64 at 16 kHz). Without them it found 34 of 93 windows of quiet speech in noise, with them 88.
 */
const contextSamples = 64;
const inputSamples = contextSamples + vadWindowSamples;
const stateNumbers = 2 * 128;
const fullScale = 32_768;

/**
 * In speech as faint as this the model finds none (measured: 80 of 96 windows at -60 dBFS, 50 or fewer at -65, none at
 * -70), so windows below are not given to it: a muted microphone, or one whose noise is suppressed, costs next to
 * nothing.
 */
const inaudibleDbfs = -68;
/** A second: what the model remembers of a voice that spoke before then has faded. */
const fadedWindows = 31;

const sampleRate = new Tensor('int64', BigInt64Array.of(BigInt(hearingRateHz)), []);

type Memory = { numbers: Float32Array; tensor: Tensor };

/** One voice: 5 KB of tensors that are used for every window again. */
export class SileroStream implements VadStream {
  readonly #input = new Float32Array(inputSamples);
  readonly #inputTensor = new Tensor('float32', this.#input, [1, inputSamples]);
  readonly #probability = new Float32Array(1);
  readonly #probabilityTensor = new Tensor('float32', this.#probability, [1, 1]);
  /** What the model remembers of the voice, and the place where the next run puts its new memory; they change roles. */
  #memory = emptyMemory();
  #nextMemory = emptyMemory();
  #fresh = true;
  readonly #background = new Background();
  /** Inaudible windows in a row. */
  #inaudible = 0;
  /** Settles when the windows asked for so far are through: each one needs the memory of the one before. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly run: RunModel) {}

  speechProbability(window: Int16Array): Promise<number> {
    if (window.length !== vadWindowSamples) {
      return Promise.reject(new RangeError(`not a window: ${window.length} samples`));
    }
    const heard = this.#last.then(() => this.#hear(window));
    this.#last = heard.catch(() => undefined);
    return heard;
  }

  /** Forgets the voice before the next window. */
  reset(): void {
    this.#fresh = true;
  }

  async #hear(window: Int16Array): Promise<number> {
    if (this.#isFaded(window)) return 0;
    this.#take(window);
    if (this.#background.isSame(window)) return 0;
    await this.run(
      { input: this.#inputTensor, state: this.#memory.tensor, sr: sampleRate },
      { output: this.#probabilityTensor, stateN: this.#nextMemory.tensor },
    );
    [this.#memory, this.#nextMemory] = [this.#nextMemory, this.#memory];
    const probability = this.#probability[0] ?? 0;
    this.#background.note(probability);
    return probability;
  }

  /** Puts the window behind the end of the one before. */
  #take(window: Int16Array): void {
    const input = this.#input;
    if (this.#fresh) {
      input.fill(0);
      this.#memory.numbers.fill(0);
      this.#fresh = false;
    }
    input.copyWithin(0, vadWindowSamples);
    for (let i = 0; i < vadWindowSamples; i++) {
      input[contextSamples + i] = (window[i] ?? 0) / fullScale;
    }
  }

  /** Whether there has been nothing to hear for so long that nothing is lost by not listening. */
  #isFaded(window: Int16Array): boolean {
    this.#inaudible = rmsDbfs(window) < inaudibleDbfs ? this.#inaudible + 1 : 0;
    if (this.#inaudible <= fadedWindows) return false;
    this.reset();
    return true;
  }
}

function emptyMemory(): Memory {
  const numbers = new Float32Array(stateNumbers);
  return { numbers, tensor: new Tensor('float32', numbers, [2, 1, 128]) };
}
