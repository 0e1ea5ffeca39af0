import { rmsDbfs } from '../audio/level.ts';
import { hearingRateHz, type PcmFrame } from '../frames/pcm.ts';
import type { Clock } from '../lifetime/clock.ts';
import { vadWindowSamples, type VadStream } from '../providers/vad/vad.ts';
import type { SpeechChange, SpeechDetector } from '../turn/speech-detector.ts';
import type { Recording } from './recording.ts';

const windowMs = (vadWindowSamples * 1000) / hearingRateHz;

export type HearDeps = {
  clock: Clock;
  vad: VadStream;
  detector: SpeechDetector;
  recording: Recording;
};

/**
 * Microphone frames (mono, `hearingRateHz`) to changes of speech. Every sample goes into the recording before its
 * window is judged, so that a snapshot taken on a change holds all that led to it.
 */
export async function* hear(
  microphone: AsyncIterable<PcmFrame>,
  { clock, vad, detector, recording }: HearDeps,
  signal: AbortSignal,
): AsyncGenerator<SpeechChange, void> {
  const window = new Int16Array(vadWindowSamples);
  let filled = 0;
  for await (const { samples } of microphone) {
    if (signal.aborted) return;
    recording.push(samples);
    for (let at = 0; at < samples.length;) {
      const part = samples.subarray(at, at + vadWindowSamples - filled);
      window.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < vadWindowSamples) continue;
      filled = 0;
      const probability = await vad.speechProbability(window);
      const change = detector.push(probability, clock.nowMs(), windowMs, rmsDbfs(window));
      if (change?.kind === 'speechStarted') recording.begin();
      if (change) yield change;
    }
  }
  // The microphone was muted or taken away, perhaps in mid-word.
  const change = detector.silence();
  if (change) yield change;
}
