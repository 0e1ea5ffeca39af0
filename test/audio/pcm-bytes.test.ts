import { describe, expect, it } from 'vitest';
import {
  PcmByteStream,
  pcmBase64,
  pcmBytes,
  pcmFromBase64,
  pcmFromBytes,
} from '../../src/audio/pcm-bytes.ts';

const samples = Int16Array.of(0, 1, -1, 32_767, -32_768, 258);

describe('PCM as bytes', () => {
  it('is little-endian', () => {
    expect([...pcmBytes(Int16Array.of(258, -2))]).toEqual([2, 1, 254, 255]);
  });

  it('comes back from bytes and from base64, also of a view into a larger buffer', () => {
    const view = Int16Array.of(7, ...samples, 7).subarray(1, -1);
    expect(pcmFromBytes(pcmBytes(view))).toEqual(samples);
    expect(pcmFromBase64(pcmBase64(view))).toEqual(samples);
  });

  it('does not copy aligned bytes', () => {
    expect(pcmFromBytes(pcmBytes(samples)).buffer).toBe(samples.buffer);
  });

  it('reads Buffers that lie at an odd place', () => {
    const shifted = Buffer.concat([Buffer.of(9), pcmBytes(samples)]);
    expect(pcmFromBytes(shifted.subarray(1))).toEqual(samples);
  });

  it('reads bytes that lie at an odd place, and leaves an odd last byte out', () => {
    const shifted = new Uint8Array(samples.byteLength + 2);
    shifted.set(pcmBytes(samples), 1);
    expect(pcmFromBytes(shifted.subarray(1))).toEqual(samples);
  });
});

describe('PcmByteStream', () => {
  it.each([1, 2, 3, 5])('joins samples that were cut into pieces of %i bytes', (pieceBytes) => {
    const stream = new PcmByteStream();
    const bytes = pcmBytes(samples);
    const out: number[] = [];
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      out.push(...stream.push(bytes.subarray(at, at + pieceBytes)));
    }
    expect(out).toEqual([...samples]);
    expect(stream.midSample).toBe(false);
  });

  it('tells that half a sample is left', () => {
    const stream = new PcmByteStream();
    stream.push(Uint8Array.of(1, 2, 3));
    expect(stream.push(new Uint8Array(0)).length).toBe(0);
    expect(stream.midSample).toBe(true);
  });
});
