import { AudioStream, type AudioFrame, type Track } from '@livekit/rtc-node';
import { hearingRateHz, type LiveSound, type TimedFrame } from '../frames/pcm.ts';
import { asError } from '../lifetime/clock.ts';
import { frameMs, SoundLine, type SoundLineDeps } from './sound-line.ts';

/**
 * A participant's track as mono PCM at `hearingRateHz` in frames of 32 ms; WebRTC resamples. Ends when the track does
 * or `signal` aborts. LiveKit's own queue has no bound: it is emptied as fast as it fills, into one that has.
 */
export function microphone(track: Track, deps: SoundLineDeps, signal: AbortSignal): LiveSound {
  const line = new SoundLine(deps);
  return {
    get isWaiting() {
      return line.isWaiting;
    },
    [Symbol.asyncIterator]: () => listen(track, line, signal),
  };
}

async function* listen(
  track: Track,
  line: SoundLine,
  signal: AbortSignal,
): AsyncGenerator<TimedFrame, void> {
  const options = { sampleRate: hearingRateHz, numChannels: 1, frameSizeMs: frameMs };
  const reader = new AudioStream(track, options).getReader();
  const pumping = pump(reader, line);
  // Whoever stops listening does not wait for it.
  pumping.catch(() => undefined);
  const cancel = () => void reader.cancel(asError(signal.reason)).catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    yield* line.read(signal);
    await pumping;
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

/** Until the stream ends. @throws its error */
async function pump(
  reader: ReadableStreamDefaultReader<AudioFrame>,
  line: SoundLine,
): Promise<void> {
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      line.push({ samples: value.data, sampleRateHz: value.sampleRate });
    }
  } finally {
    line.end();
  }
}
