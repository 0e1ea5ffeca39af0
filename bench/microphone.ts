import {
  AudioFrame,
  AudioSource,
  LocalAudioTrack,
  TrackPublishOptions,
  TrackSource,
  type LocalParticipant,
} from '@livekit/rtc-node';
import type { RoomNoise } from './room-noise.ts';

const frameMs = 20;
/**
 * Of timers that are late by more, the time is lost: who hears it takes it for a pause anyway, and sound that made up for it
 * would wait in their jitter buffer and make every later word late.
 */
const mostBehindMs = 60;

export type MicrophoneOptions = {
  rateHz: number;
  /** Of the room that it stands in; undefined: its silence is digital. */
  noise: RoomNoise | undefined;
};

/** A microphone is never quite silent in time: a frame every 20 ms, speech when there is any. */
export class Microphone {
  #pending: Int16Array[] = [];
  #spoken: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #frameSamples: number;
  /** Without a queue, WebRTC takes sound in frames of 10 ms only. */
  readonly #rtcFrameSamples: number;

  private constructor(
    private readonly source: AudioSource,
    private readonly options: MicrophoneOptions,
  ) {
    this.#frameSamples = (options.rateHz * frameMs) / 1000;
    this.#rtcFrameSamples = options.rateHz / 100;
    this.#pace();
  }

  static async publish(
    participant: LocalParticipant,
    options: MicrophoneOptions,
  ): Promise<Microphone> {
    // Without a queue: sound that once waited in it would go on waiting, and make every later word late.
    const source = new AudioSource(options.rateHz, 1, 0);
    const published = new TrackPublishOptions();
    published.source = TrackSource.SOURCE_MICROPHONE;
    const track = LocalAudioTrack.createAudioTrack('microphone', source);
    await participant.publishTrack(track, published);
    return new Microphone(source, options);
  }

  /** Speaks in real time. @returns when its last sample was handed to WebRTC, on `performance.now()` */
  async speak(samples: Int16Array): Promise<number> {
    for (let at = 0; at < samples.length; at += this.#frameSamples) {
      const frame = new Int16Array(this.#frameSamples);
      frame.set(samples.subarray(at, at + this.#frameSamples));
      this.#pending.push(frame);
    }
    await new Promise<void>((resolve) => (this.#spoken = resolve));
    return performance.now();
  }

  /** No more frames. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** After it has left the room. */
  async close(): Promise<void> {
    this.stop();
    await this.source.close();
  }

  #pace(): void {
    let dueMs = performance.now();
    const tick = () => {
      dueMs = Math.max(dueMs + frameMs, performance.now() - mostBehindMs);
      this.#timer = setTimeout(tick, Math.max(0, dueMs - performance.now()));
      this.#capture();
    };
    this.#timer = setTimeout(tick, 0);
  }

  #capture(): void {
    const spoken = this.#pending.shift();
    const frame = spoken ?? new Int16Array(this.#frameSamples);
    this.options.noise?.addTo(frame);
    const rtcFrameSamples = this.#rtcFrameSamples;
    for (let at = 0; at < frame.length; at += rtcFrameSamples) {
      const part = frame.slice(at, at + rtcFrameSamples);
      this.source
        .captureFrame(new AudioFrame(part, this.options.rateHz, 1, rtcFrameSamples))
        .catch(() => undefined);
    }
    if (spoken && this.#pending.length === 0) {
      this.#spoken?.();
      this.#spoken = undefined;
    }
  }
}
