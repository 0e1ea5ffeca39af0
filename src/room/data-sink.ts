import { pcmBase64 } from '../audio/pcm-bytes.ts';
import { encodeWav } from '../audio/wav.ts';
import { speakingRateHz } from '../frames/pcm.ts';
import type { AudioOutput } from '../protocol/connect.ts';
import type { ClientBoundMessage } from '../protocol/server-messages.ts';
import { tell } from '../protocol/tell.ts';
import { SampleQueue } from './sample-queue.ts';
import type { VoiceSink } from './voice-sink.ts';

/**
 * A packet holds 64,000 bytes. 950 ms at 24 kHz are 60,860 characters of base64, WAV header included; the envelope needs
 * 200, and the marks of a character of several up to 2,000, for part of them are ids that clients give.
 */
const mostChunkMs = 950;

/** Sends audio as `audio-data` messages of exactly the length that the client asked for; the last may be shorter. */
export class DataSink implements VoiceSink {
  readonly takesBack = false;
  readonly #waiting = new SampleQueue();
  readonly #chunkSamples: number;

  constructor(
    private readonly output: AudioOutput,
    /** Sends in order. `isVoid` is asked right before, so that what was cleared meanwhile is not sent. */
    private readonly send: (message: ClientBoundMessage, isVoid: () => boolean) => void,
  ) {
    const chunkMs = Math.min(output.max_chunk_duration_ms, mostChunkMs);
    this.#chunkSamples = (speakingRateHz * chunkMs) / 1000;
  }

  #epoch = 0;

  get heldSamples(): number {
    return this.#waiting.length;
  }

  hand(samples: Int16Array): void {
    this.#waiting.push(samples);
    while (this.#waiting.length >= this.#chunkSamples) this.#sendChunk();
  }

  flush(): void {
    if (this.#waiting.length > 0) this.#sendChunk();
  }

  clear(): void {
    this.#waiting.clear();
    this.#epoch++;
  }

  #sendChunk(): void {
    const samples = this.#waiting.take(this.#chunkSamples);
    const withHeader = this.output.add_wav_header;
    const audio = withHeader
      ? Buffer.from(encodeWav(samples, speakingRateHz)).toString('base64')
      : pcmBase64(samples);
    const epoch = this.#epoch;
    this.send(tell.audioData(audio, speakingRateHz, withHeader), () => epoch !== this.#epoch);
  }
}
