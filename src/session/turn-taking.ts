import type { SessionSettings } from '../protocol/connect.ts';
import { wordsEndpointer, type Endpointer } from '../turn/endpointing.ts';
import type { SpeechDetection } from '../turn/speech-detector.ts';

/**
 * What a client's `vad_params` mean here. Without them Parley's own tuning holds. `stop_secs` is the least silence that
 * ends a turn: words that promise more still get their longer one. `min_volume` has no part in it: the VAD hears
 * whispers, and noise is not speech to it however loud.
 */
export function turnTaking({ vad_params }: Pick<SessionSettings, 'vad_params'>): {
  endpointer?: Endpointer;
  detection?: SpeechDetection;
} {
  if (vad_params === null) return {};
  const { confidence, start_secs, stop_secs } = vad_params;
  return {
    endpointer: wordsEndpointer(undefined, stop_secs * 1000),
    detection: { confidence, startMs: start_secs * 1000 },
  };
}
