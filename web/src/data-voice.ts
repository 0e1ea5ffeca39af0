import { readSound } from './audio-data.ts';
import { Probe } from './ears.ts';
import type { JsonObject } from './json.ts';
import type { Message } from './message.ts';
import { Playout } from './playout.ts';

/** The rate that voices usually have here. At the context's own rate chunks join without a click. */
const usualRateHz = 24_000;

/** Plays a character's voice that comes as data messages instead of a track. */
export class DataVoice {
  readonly #context = new AudioContext({ sampleRate: usualRateHz });
  readonly #volume = new GainNode(this.#context);
  readonly #playout = new Playout();
  readonly #playing = new Set<AudioBufferSourceNode>();
  readonly probe = new Probe(this.#volume);
  #speaking = false;
  /** The answer that sounds was cut off: what still comes of it is not played. */
  #cutting = false;

  constructor() {
    this.#volume.connect(this.#context.destination);
    void this.#context.resume();
  }

  /** @param userSpeaking whether the user spoke as the message came: then what stops was cut off */
  follow({ type, data }: Message, userSpeaking: boolean): void {
    switch (type) {
      case 'audio-data':
        if (!this.#cutting) this.#play(data);
        return;
      case 'bot-started-speaking':
        this.#speaking = true;
        this.#cutting = false;
        return;
      case 'bot-stopped-speaking':
        this.#speaking = false;
        if (this.#cutting || userSpeaking) this.clear();
        return;
      case 'bot-turn-completed':
        if (data.was_interrupted === true) this.clear();
    }
  }

  /** The user wants silence; the server will hear of it a little later. */
  cut(): void {
    this.#cutting = this.#speaking;
    this.clear();
  }

  #play(data: JsonObject): void {
    const sound = readSound(data);
    if (!sound) return;
    const { samples, sampleRateHz } = sound;
    const startS = this.#playout.place(samples.length / sampleRateHz, this.#context.currentTime);
    if (startS === undefined) return;
    const buffer = new AudioBuffer({ length: samples.length, sampleRate: sampleRateHz });
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(this.#volume);
    this.#playing.add(source);
    source.addEventListener('ended', () => this.#playing.delete(source), { once: true });
    source.start(startS);
  }

  /** Silence now: what is queued belongs to an answer that was cut off. */
  clear(): void {
    for (const source of this.#playing) source.stop();
    this.#playing.clear();
    this.#playout.clear();
  }

  close(): Promise<void> {
    this.clear();
    return this.#context.close();
  }
}
