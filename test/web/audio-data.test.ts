import { describe, expect, it } from 'vitest';
import { readSound } from '../../web/src/audio-data.ts';

const base64 = (samples: number[], header = 0) => {
  const bytes = Buffer.alloc(header + samples.length * 2);
  samples.forEach((sample, i) => bytes.writeInt16LE(sample, header + i * 2));
  return bytes.toString('base64');
};
const data = (audio: string, more: object = {}) => ({
  sample_rate: 24_000,
  channels: 1,
  audio,
  includes_wav_header: false,
  ...more,
});

describe('readSound', () => {
  it('reads little-endian samples', () => {
    const sound = readSound(data(base64([0, 16_384, -32_768])));
    expect(sound?.sampleRateHz).toBe(24_000);
    expect([...(sound?.samples ?? [])]).toEqual([0, 0.5, -1]);
  });

  it('skips the WAV header when there is one', () => {
    const sound = readSound(data(base64([16_384], 44), { includes_wav_header: true }));
    expect([...(sound?.samples ?? [])]).toEqual([0.5]);
  });

  it('mixes two channels into one', () => {
    const sound = readSound(data(base64([16_384, -16_384, 16_384, 0]), { channels: 2 }));
    expect([...(sound?.samples ?? [])]).toEqual([0, 0.25]);
  });

  it.each([
    ['broken base64', data('%%%')],
    ['no samples', data('')],
    ['no sample rate', data(base64([1]), { sample_rate: undefined })],
    ['an absurd sample rate', data(base64([1]), { sample_rate: 1e9 })],
    ['seven channels', data(base64([1]), { channels: 7 })],
  ])('takes %s for no sound', (_what, given) => {
    expect(readSound(given)).toBeUndefined();
  });
});
