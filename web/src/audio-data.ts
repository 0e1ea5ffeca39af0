import { numberAt, textAt, type JsonObject } from './json.ts';

/** Sound that came as data: one channel, samples from -1 to 1. */
export type SoundChunk = { samples: Float32Array<ArrayBuffer>; sampleRateHz: number };

const wavHeaderBytes = 44;

/** @param data of an `audio-data` message @returns undefined when there is no sound in it */
export function readSound(data: JsonObject): SoundChunk | undefined {
  const audio = textAt(data, 'audio');
  const sampleRateHz = numberAt(data, 'sample_rate') ?? 0;
  const channels = numberAt(data, 'channels') ?? 1;
  if (audio === undefined || sampleRateHz < 8_000 || sampleRateHz > 96_000) return undefined;
  if (channels !== 1 && channels !== 2) return undefined;
  const bytes = bytesOf(audio).subarray(data.includes_wav_header === true ? wavHeaderBytes : 0);
  const frames = Math.floor(bytes.length / (2 * channels));
  if (frames === 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = new Float32Array(frames);
  for (let i = 0; i < frames; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += view.getInt16((i * channels + c) * 2, true);
    samples[i] = sum / channels / 32_768;
  }
  return { samples, sampleRateHz };
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
