import { Call, type CallListener } from './call.ts';
import { DataVoice } from './data-voice.ts';
import { Ears, type Probe } from './ears.ts';
import type { Message } from './message.ts';
import type { Routing } from './server.ts';

/** One line to a character, with all that sounds on it. Made at the press of a button, so that it may sound. */
export class Line {
  readonly call: Call;
  readonly #ears = new Ears();
  readonly #dataVoice: DataVoice | undefined;
  #userProbe: Probe | undefined;
  #voiceProbe: Probe | undefined;

  constructor(routing: Routing, listener: Omit<CallListener, 'onVoice'>) {
    // With `both` the track is played, and the data are the same sound once more.
    this.#dataVoice = routing === 'data_only' ? new DataVoice() : undefined;
    this.#voiceProbe = this.#dataVoice?.probe;
    this.call = new Call({
      ...listener,
      onVoice: (track) => {
        if (!this.#dataVoice) this.#voiceProbe = track && this.#ears.listen(track);
      },
    });
  }

  /** Root mean squares of this very moment, 0 to 1. */
  levels(): { user: number; character: number } {
    return {
      user: this.#userProbe?.level() ?? 0,
      character: this.#voiceProbe?.level() ?? 0,
    };
  }

  /** @throws what the browser throws when there is no microphone to be had */
  async openMicrophone(): Promise<void> {
    const track = await this.call.openMicrophone();
    this.#userProbe?.close();
    this.#userProbe = track && this.#ears.listen(track);
  }

  /** @param userSpeaking whether the user spoke as the message came */
  follow(message: Message, userSpeaking: boolean): void {
    this.#dataVoice?.follow(message, userSpeaking);
  }

  /** The user wants silence; on a track it comes when the server has heard of it. */
  cut(): void {
    this.#dataVoice?.cut();
  }

  /** What is queued will never be finished. */
  silence(): void {
    this.#dataVoice?.clear();
  }

  /** Never rejects. */
  async close(): Promise<void> {
    const closing = [
      this.call.hangUp(),
      this.#ears.close(),
      this.#dataVoice?.close() ?? Promise.resolve(),
    ];
    await Promise.allSettled(closing);
  }
}
