import type { SessionSettings } from '../protocol/connect.ts';
import { TurnDetection } from '../protocol/turn-detection.ts';
import {
  defaultEndpointing,
  endlessSilenceMs,
  silenceEndpointer,
  wordsEndpointer,
  type Endpointer,
  type Endpointing,
} from '../turn/endpointing.ts';
import { defaultSpeechDetection, type SpeechDetection } from '../turn/speech-detector.ts';

/** OpenAI's own for `server_vad`. */
const usualSilenceMs = 500;
/** Of the silence that ends a turn without the object. */
const paces: Record<NonNullable<TurnDetection['eagerness']>, number> = {
  low: 1.75,
  medium: 1,
  auto: 1,
  high: 0.75,
};

/**
 * What a client's `vad_params` and `turn_detection_config` mean here; without them Parley's own tuning holds.
 * `stop_secs` of `vad_params` is the least silence that ends a turn: words that promise more still get their longer one.
 * `min_volume` has no part in it: the VAD hears whispers, and noise is not speech to it however loud.
 */
export function turnTaking({
  vad_params,
  turn_detection_config,
}: Pick<SessionSettings, 'vad_params' | 'turn_detection_config'>): {
  endpointer?: Endpointer;
  detection?: SpeechDetection;
} {
  const wish = TurnDetection.parse(turn_detection_config ?? {});
  const endpointer = endpointerFor(wish, vad_params && vad_params.stop_secs * 1000);
  const detection = detectionFor(wish, vad_params);
  return { ...(endpointer && { endpointer }), ...(detection && { detection }) };
}

function endpointerFor(wish: TurnDetection, leastMs: number | null): Endpointer | undefined {
  switch (wish.type) {
    case 'none':
      return silenceEndpointer(endlessSilenceMs);
    case 'server_vad':
      return silenceEndpointer(wish.silence_duration_ms ?? leastMs ?? usualSilenceMs);
    case undefined:
    case 'semantic_vad':
    case 'smart_turn': {
      const mostSeconds = wish.smart_turn?.stop_secs ?? wish.stop_secs;
      if (leastMs === null && mostSeconds === undefined && wish.eagerness === undefined) {
        return undefined;
      }
      return wordsEndpointer(
        scaled(paces[wish.eagerness ?? 'auto'], (mostSeconds ?? Infinity) * 1000),
        leastMs ?? 0,
      );
    }
  }
}

function scaled(pace: number, mostMs: number): Endpointing {
  const of = (ms: number) => Math.min(mostMs, ms * pace);
  const { completeMs, statementMs, openMs, enumeratingMs, unfinishedMs } = defaultEndpointing;
  return {
    completeMs: of(completeMs),
    statementMs: of(statementMs),
    openMs: of(openMs),
    enumeratingMs: of(enumeratingMs),
    // Someone who asked for longer gets longer.
    unfinishedMs: Number.isFinite(mostMs) ? mostMs : of(unfinishedMs),
  };
}

function detectionFor(
  { type, threshold }: TurnDetection,
  vad: SessionSettings['vad_params'],
): SpeechDetection | undefined {
  const confidence = type === 'server_vad' ? threshold : undefined;
  if (vad === null && confidence === undefined) return undefined;
  return {
    confidence: confidence ?? vad?.confidence ?? defaultSpeechDetection.confidence,
    startMs: vad ? vad.start_secs * 1000 : defaultSpeechDetection.startMs,
  };
}
