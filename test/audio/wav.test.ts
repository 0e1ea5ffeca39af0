import wavefile from 'wavefile';
import { describe, expect, it } from 'vitest';
import { WavDecoder, WavUnreadable } from '../../src/audio/wav-decoder.ts';
import { decodeWav, encodeWav, wavHeader } from '../../src/audio/wav.ts';

const samples = Int16Array.from({ length: 1_001 }, (_, i) => i * 30 - 15_000);

function patched(wav: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(wav);
  new DataView(copy.buffer).setUint32(at, value, true);
  return copy;
}

function withChunk(wav: Uint8Array, at: number, tag: string, body: number[]): Uint8Array {
  const padded = body.length % 2 === 1 ? [...body, 0] : body;
  const head = [...Buffer.from(tag), body.length, 0, 0, 0];
  return Uint8Array.from([...wav.subarray(0, at), ...head, ...padded, ...wav.subarray(at)]);
}

describe('encodeWav', () => {
  it('is the same, byte for byte, as what wavefile makes of the whole', () => {
    const file = new wavefile.WaveFile();
    file.fromScratch(1, 24_000, '16', samples);
    expect(encodeWav(samples, 24_000)).toEqual(new Uint8Array(file.toBuffer()));
  });

  it('has a header of 44 bytes that belongs to the caller', () => {
    const header = wavHeader(16_000, 10);
    expect(header.length).toBe(44);
    header.fill(0);
    expect(decodeWav(encodeWav(samples, 16_000)).sampleRateHz).toBe(16_000);
  });
});

describe('decodeWav', () => {
  it('gives back what was encoded', () => {
    expect(decodeWav(encodeWav(samples, 22_050))).toEqual({ samples, sampleRateHz: 22_050 });
  });

  it.each([0, 0xffff_ffff, 0x7fff_ffff])(
    'takes all that follows when the length is %i',
    (length) => {
      const streamed = patched(patched(encodeWav(samples, 24_000), 40, length), 4, length);
      expect(decodeWav(streamed).samples).toEqual(samples);
    },
  );

  it('steps over chunks before the sound and leaves those after it out', () => {
    const wav = encodeWav(samples, 24_000);
    const tagged = withChunk(withChunk(wav, wav.length, 'LIST', [9, 9, 9]), 36, 'LIST', [1, 2, 3]);
    expect(decodeWav(tagged).samples).toEqual(samples);
  });

  it('takes what there is of a WAV that was cut off', () => {
    const wav = encodeWav(samples, 24_000);
    expect(decodeWav(wav.subarray(0, wav.length - 3)).samples).toEqual(samples.subarray(0, -2));
  });

  it('makes one channel of two', () => {
    const file = new wavefile.WaveFile();
    file.fromScratch(2, 24_000, '16', [Int16Array.of(10, 20), Int16Array.of(30, 40)]);
    expect(decodeWav(file.toBuffer()).samples).toEqual(Int16Array.of(20, 30));
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['a page', Buffer.from('<!doctype html><html>no</html>')],
    ['half a header', encodeWav(samples, 24_000).subarray(0, 30)],
    ['a rate of zero', patched(encodeWav(samples, 24_000), 24, 0)],
    ['a head without end', patched(encodeWav(samples, 24_000), 16, 0xffff_fff0)],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeWav(bytes)).toThrow(WavUnreadable);
  });

  it('refuses sound that is not 16-bit', () => {
    const file = new wavefile.WaveFile();
    file.fromScratch(1, 24_000, '32f', [0.5, -0.5]);
    expect(() => decodeWav(file.toBuffer())).toThrow(WavUnreadable);
  });
});

describe('WavDecoder', () => {
  it.each([1, 7, 44, 333])('reads a stereo stream cut into pieces of %i bytes', (pieceBytes) => {
    const file = new wavefile.WaveFile();
    file.fromScratch(2, 24_000, '16', [samples, samples]);
    const wav = file.toBuffer();
    const decoder = new WavDecoder();
    const out: number[] = [];
    for (let at = 0; at < wav.length; at += pieceBytes) {
      out.push(...decoder.push(wav.subarray(at, at + pieceBytes)));
    }
    expect(decoder.end()).toEqual({ sampleRateHz: 24_000, channels: 2 });
    expect(out).toEqual([...samples]);
  });
});
