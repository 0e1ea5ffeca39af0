import wavefile from 'wavefile';
import { pcmBytes } from './pcm-bytes.ts';
import { WavDecoder } from './wav-decoder.ts';

const wavHeaderBytes = 44;

/**
 * The header of a WAV with one channel of 16-bit PCM, to be followed by `dataBytes` bytes of it.
 * @returns 44 bytes, the caller's own
 */
export function wavHeader(sampleRateHz: number, dataBytes: number): Uint8Array {
  const header = Uint8Array.from(headerFor(sampleRateHz));
  const view = new DataView(header.buffer);
  view.setUint32(4, wavHeaderBytes - 8 + dataBytes, true);
  view.setUint32(wavHeaderBytes - 4, dataBytes, true);
  return header;
}

/** A WAV of mono 16-bit PCM. */
export function encodeWav(samples: Int16Array, sampleRateHz: number): Uint8Array<ArrayBuffer> {
  const wav = new Uint8Array(wavHeaderBytes + samples.byteLength);
  wav.set(wavHeader(sampleRateHz, samples.byteLength));
  wav.set(pcmBytes(samples), wavHeaderBytes);
  return wav;
}

/**
 * Reads a WAV of 16-bit PCM; several channels become one. Tolerates what streaming servers write: unknown or wrong
 * lengths, further chunks, a cut off end.
 * @throws {WavUnreadable} when it is no such WAV
 */
export function decodeWav(bytes: Uint8Array): { samples: Int16Array; sampleRateHz: number } {
  const decoder = new WavDecoder();
  const samples = decoder.push(bytes);
  return { samples, sampleRateHz: decoder.end().sampleRateHz };
}

/** wavefile packs sample by sample, so it writes the header alone, once for each rate. */
const headers = new Map<number, Uint8Array>();

function headerFor(sampleRateHz: number): Uint8Array {
  const known = headers.get(sampleRateHz);
  if (known) return known;
  const file = new wavefile.WaveFile();
  file.fromScratch(1, sampleRateHz, '16', new Int16Array(0));
  const header = file.toBuffer().slice(0, wavHeaderBytes);
  if (headers.size < 32) headers.set(sampleRateHz, header);
  return header;
}
