import { Resampler } from '../../audio/resample.ts';
import { hearingRateHz } from '../../frames/pcm.ts';
import { conditioned } from '../hearing/conditioning.ts';
import type { HearingStream, Recogniser } from '../hearing/recogniser.ts';
import { RunningConditioning } from '../hearing/running-conditioning.ts';
import { StableWords } from '../hearing/stable-words.ts';
import { written } from '../hearing/written.ts';
import { realtimeRateHz } from './wire.ts';

/** Before that there may be no speech yet to take a level from. */
const firstSamples = hearingRateHz * 0.7;
/** Nobody waits for the transcript of more. */
const mostSamples = hearingRateHz * 60;
/** As OpenAI has it. */
const leastSamples = hearingRateHz / 10;

/** Sound that becomes words: heard while it comes as far as a recogniser is free, and whole otherwise. */
export class Item {
  readonly #resampler = new Resampler({ fromHz: realtimeRateHz, toHz: hearingRateHz });
  readonly #stable = new StableWords();
  readonly #conditioning = new RunningConditioning();
  #pieces: Int16Array[] = [];
  #samples = 0;
  #heard = 0;
  #stream: HearingStream | undefined;
  #isHeardWhole = false;

  constructor(
    readonly id: string,
    private readonly recogniser: Recogniser,
    private readonly onWords: (added: string) => void,
  ) {}

  /** What of it can be committed. */
  get isEnough(): boolean {
    return this.#samples >= leastSamples;
  }

  /** @param samples at `realtimeRateHz`. @returns false when it is longer than anybody waits for */
  push(samples: Int16Array): boolean {
    this.#add(this.#resampler.push(samples));
    if (this.#samples > mostSamples) return false;
    if (this.#samples >= firstSamples) this.#listen();
    return true;
  }

  /** No more comes. @returns its words. @throws {PublicError} as `Recogniser.recognise` */
  async words(signal: AbortSignal): Promise<string> {
    this.#add(this.#resampler.flush());
    const whole = this.#whole();
    const speech = conditioned({ samples: whole, sampleRateHz: hearingRateHz });
    if (!speech) {
      this.drop();
      return '';
    }
    const streamed = await this.#streamed();
    return written(streamed ?? (await this.recogniser.recognise(speech, signal)));
  }

  drop(): void {
    this.#stream?.drop();
    this.#stream = undefined;
  }

  /** @returns undefined when the whole has to be heard */
  async #streamed(): Promise<string | undefined> {
    const stream = this.#stream;
    this.#stream = undefined;
    if (!stream) return undefined;
    this.#hear(stream);
    return stream.finish().catch(() => undefined);
  }

  #listen(): void {
    if (!this.#stream && !this.#isHeardWhole) {
      this.#stream = this.recogniser.openStream((words) => {
        const added = this.#stable.next(written(words));
        if (added !== '' && this.#stream) this.onWords(added);
      });
      // Nobody was free: half of an utterance is not worth a stream.
      this.#isHeardWhole = this.#stream === undefined;
    }
    if (this.#stream) this.#hear(this.#stream);
  }

  #hear(stream: HearingStream): void {
    const unheard = this.#pieces.slice(this.#heard);
    this.#heard = this.#pieces.length;
    if (unheard.length > 0) stream.push(this.#conditioning.push(joined(unheard)));
  }

  #add(samples: Int16Array): void {
    if (samples.length === 0) return;
    this.#pieces.push(samples);
    this.#samples += samples.length;
  }

  #whole(): Int16Array {
    return joined(this.#pieces);
  }
}

function joined(pieces: Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
