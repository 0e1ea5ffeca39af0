import { rms } from './level.ts';

/** Measures how loud a stream is, without being heard itself. */
export class Probe {
  readonly #analyser: AnalyserNode;
  readonly #source: AudioNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  constructor(source: AudioNode) {
    this.#source = source;
    // 1024 samples are 21 ms at 48 kHz: shorter than a syllable, longer than a pitch period.
    this.#analyser = new AnalyserNode(source.context, { fftSize: 1024 });
    this.#samples = new Float32Array(this.#analyser.fftSize);
    source.connect(this.#analyser);
  }

  /** Root mean square of the last 21 ms, 0 to 1. */
  level(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return rms(this.#samples);
  }

  close(): void {
    this.#source.disconnect(this.#analyser);
  }
}

/** The page's ears: made at the press of a button, or the browser would keep them shut. */
export class Ears {
  readonly #context = new AudioContext();

  constructor() {
    void this.#context.resume();
  }

  listen(track: MediaStreamTrack): Probe {
    return new Probe(
      new MediaStreamAudioSourceNode(this.#context, { mediaStream: new MediaStream([track]) }),
    );
  }

  close(): Promise<void> {
    return this.#context.close();
  }
}
