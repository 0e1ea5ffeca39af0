import { listAt, numberAt, textAt, type JsonObject } from './json.ts';
import type { Message } from './message.ts';

/** A face at one moment: 61 values in the order of ARKit's columns (docs/face.md). */
export type FaceFrame = readonly number[];

/** Frames come a little before their sound leaves the server; the sound then takes its way through jitter buffers. */
const soundDelayMs = 130;
/** After its last frame a face rests. */
const holdMs = 120;
/** Ten seconds; the server sends two ahead at most. */
const mostFrames = 600;

/** Shows each frame of the face at the time of its sound. */
export class FacePlayer {
  #owner = '';
  #frames: FaceFrame[] = [];
  /** Of the first frame that is kept. */
  #first = 0;
  #fps = 30;
  /** When frame 0 is shown. */
  #startMs = 0;

  follow({ type, data }: Message, nowMs: number): void {
    if (type === 'chunked-neurosync-blendshapes') this.#take(data, nowMs);
    if (type === 'neurosync-blendshapes-cancel' && textAt(data, 'response_id') === this.#owner) {
      const through = numberAt(data, 'valid_through_frame_index') ?? -1;
      this.#frames.length = Math.min(this.#frames.length, Math.max(0, through + 1 - this.#first));
    }
  }

  /** @returns undefined for a face at rest */
  frameAt(nowMs: number): FaceFrame | undefined {
    const index = Math.floor(((nowMs - this.#startMs) * this.#fps) / 1000) - this.#first;
    if (index < 0) return undefined;
    this.#forget(index);
    const endMs = this.#startMs + ((this.#first + this.#frames.length) * 1000) / this.#fps;
    return nowMs < endMs + holdMs ? this.#frames[0] : undefined;
  }

  clear(): void {
    this.#owner = '';
    this.#frames = [];
  }

  #take(data: JsonObject, nowMs: number): void {
    const owner = textAt(data, 'response_id') ?? '';
    const index = numberAt(data, 'start_frame_index') ?? 0;
    if (owner !== this.#owner) {
      this.#owner = owner;
      this.#frames = [];
      this.#first = index;
      this.#fps = Math.max(1, numberAt(data, 'fps') ?? 30);
      this.#startMs = nowMs + soundDelayMs;
    }
    const nextMs = this.#startMs + ((this.#first + this.#frames.length) * 1000) / this.#fps;
    // The voice had paused, or the network: the sound comes later than was thought.
    if (nextMs < nowMs) this.#startMs += nowMs + soundDelayMs - nextMs;
    for (const frame of listAt(data, 'blendshapes')) {
      if (this.#frames.length < mostFrames && isFrame(frame)) this.#frames.push(frame);
    }
  }

  /** Frames before the one that is shown; the last one is kept as long as none follows it. */
  #forget(index: number): void {
    const spare = Math.min(index, this.#frames.length - 1);
    if (spare <= 0) return;
    this.#frames.splice(0, spare);
    this.#first += spare;
  }
}

function isFrame(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'number');
}
