import { AudioStream, type Track } from '@livekit/rtc-node';
import { hearingRateHz, type PcmFrame } from '../frames/pcm.ts';
import { asError } from '../lifetime/clock.ts';

/** A window of the VAD: it is judged as soon as it is there, and fewer frames cost less. */
const frameMs = 32;

/**
 * A participant's track as mono PCM at `hearingRateHz` in frames of 32 ms; WebRTC resamples. Ends when the track does
 * or `signal` aborts.
 */
export async function* microphone(
  track: Track,
  signal: AbortSignal,
): AsyncGenerator<PcmFrame, void> {
  const options = { sampleRate: hearingRateHz, numChannels: 1, frameSizeMs: frameMs };
  const reader = new AudioStream(track, options).getReader();
  const cancel = () => void reader.cancel(asError(signal.reason)).catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    while (!signal.aborted) {
      const { done, value } = await reader.read();
      if (done) return;
      yield { samples: value.data, sampleRateHz: value.sampleRate };
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}
