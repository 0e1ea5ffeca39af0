import { describe, expect, it } from 'vitest';
import { hearingRateHz, type LiveSound, type TimedFrame } from '../../src/frames/pcm.ts';
import { hear } from '../../src/pipeline/hear.ts';
import { Recording } from '../../src/pipeline/recording.ts';
import { vadWindowSamples } from '../../src/providers/vad/vad.ts';
import { SpeechDetector } from '../../src/turn/speech-detector.ts';

const frame = (samples: Int16Array): TimedFrame => ({
  samples,
  sampleRateHz: hearingRateHz,
  endMs: 0,
});

/** What the VAD is given of these frames. */
async function windowsOf(
  frames: Int16Array[],
): Promise<{ kept: Int16Array; window: Int16Array }[]> {
  const given: { kept: Int16Array; window: Int16Array }[] = [];
  const microphone: LiveSound = {
    async *[Symbol.asyncIterator]() {
      await Promise.resolve();
      yield* frames.map(frame);
    },
  };
  const deps = {
    vad: {
      speechProbability: (window: Int16Array) => {
        given.push({ kept: window.slice(), window });
        return Promise.resolve(0);
      },
      reset: () => undefined,
    },
    detector: new SpeechDetector(),
    recording: new Recording(),
    onHeard: () => undefined,
  };
  const changes = hear(microphone, deps, new AbortController().signal);
  for await (const change of changes) expect(change).toBeUndefined();
  return given;
}

const counting = Int16Array.from({ length: 4 * vadWindowSamples }, (_, index) => index);

describe('hearing', () => {
  it('judges every sample once and in order, however the frames are cut', async () => {
    for (const size of [160, 320, vadWindowSamples, 700, counting.length]) {
      const frames: Int16Array[] = [];
      for (let at = 0; at < counting.length; at += size)
        frames.push(counting.subarray(at, at + size));
      const heard = (await windowsOf(frames)).flatMap(({ kept }) => [...kept]);
      expect(heard).toEqual([...counting]);
    }
  });

  it('copies nothing of a frame that is a window of the VAD', async () => {
    const own = counting.slice(0, vadWindowSamples);
    const [first] = await windowsOf([own]);
    expect(first?.window.buffer).toBe(own.buffer);
  });
});
