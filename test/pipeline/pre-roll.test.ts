import { expect, it } from 'vitest';
import { Scene } from './scene.ts';

it.each([64, 200, 1_000])(
  'the first syllable is transcribed when speech counts after %i ms',
  async (startMs) => {
    const scene = new Scene({ detection: { confidence: 0.5, startMs } });
    await scene.silence(1_000);
    await scene.sound(1_600);
    await scene.silence(200);
    const samples = scene.stt.log.calls[0]?.input.samples ?? new Int16Array(0);
    const firstLoud = samples.findIndex((sample) => sample !== 0);
    // Some silence stands before it, and none of it is missing.
    expect(firstLoud).toBeGreaterThan(0);
    expect(samples.length - firstLoud).toBeGreaterThanOrEqual(1_600 * 16);
    await scene.end();
  },
);
