import { rmsDbfs } from '../audio/level.ts';
import { hearingRateHz, type LiveSound } from '../frames/pcm.ts';
import { vadWindowSamples, type VadStream } from '../providers/vad/vad.ts';
import type { SpeechChange, SpeechDetector } from '../turn/speech-detector.ts';
import type { Recording } from './recording.ts';

const windowMs = (vadWindowSamples * 1000) / hearingRateHz;

export type HearDeps = {
  vad: VadStream;
  detector: SpeechDetector;
  recording: Recording;
  /** Everything up to this time was judged. */
  onHeard: (untilMs: number) => void;
};

/**
 * Microphone frames (mono, `hearingRateHz`) to changes of speech. Every sample goes into the recording before its
 * window is judged, so that a snapshot taken on a change holds all that led to it. Times are those of the sound,
 * however late it is judged.
 */
export async function* hear(
  microphone: LiveSound,
  { vad, detector, recording, onHeard }: HearDeps,
  signal: AbortSignal,
): AsyncGenerator<SpeechChange, void> {
  const spanning = new Int16Array(vadWindowSamples);
  let filled = 0;
  for await (const { samples, endMs } of microphone) {
    if (signal.aborted) return;
    recording.push(samples);
    for (let at = 0; at < samples.length;) {
      const part = samples.subarray(at, at + vadWindowSamples - filled);
      at += part.length;
      // Frames are windows long as a rule: then nothing is copied.
      const window = part.length === vadWindowSamples ? part : spanning;
      if (window === spanning) {
        spanning.set(part, filled);
        filled += part.length;
        if (filled < vadWindowSamples) continue;
        filled = 0;
      }
      const probability = await vad.speechProbability(window);
      const judgedMs = endMs - ((samples.length - at) * 1000) / hearingRateHz;
      const change = detector.push(probability, judgedMs, windowMs, rmsDbfs(window));
      onHeard(judgedMs);
      if (change?.kind === 'speechStarted') recording.begin();
      if (change) yield change;
    }
  }
  // Whoever gave the signal says what becomes of a word begun.
  if (signal.aborted) return;
  // The microphone was muted or taken away, perhaps in mid-word.
  const change = detector.silence();
  if (change) yield change;
}
