import * as z from 'zod';
import { laxNumber } from './lax.ts';

/** What cannot be read is as if it were absent: no page describes this object, and a guess must not lock anybody out. */
const lenient = <S extends z.ZodType>(schema: S) => schema.optional().catch(undefined);
const seconds = lenient(laxNumber(0, 60));

/**
 * `turn_detection_config` of /connect. Convai's pages say no more than "turn-detection strategy overrides"; these are
 * the names that OpenAI's Realtime API (`session.turn_detection`) and Pipecat's smart turn (`SmartTurnParams`) have.
 */
export const TurnDetection = z.object({
  /**
   * - semantic_vad, smart_turn: the words decide, as without this object
   * - server_vad: silence alone decides
   * - none: only the client ends a turn, by `force-user-stopped-speaking` or `stt-toggle`
   */
  type: lenient(z.enum(['semantic_vad', 'smart_turn', 'server_vad', 'none'])),
  /** Of semantic_vad: how soon the character speaks. */
  eagerness: lenient(z.enum(['low', 'medium', 'high', 'auto'])),
  /** Of server_vad. */
  silence_duration_ms: lenient(laxNumber(0, 60_000)),
  /** Of server_vad: the VAD's probability from which a window is speech. */
  threshold: lenient(laxNumber(0, 1)),
  /** The longest silence that is waited for more words; also inside `smart_turn`. */
  stop_secs: seconds,
  smart_turn: lenient(z.object({ stop_secs: seconds })),
});
export type TurnDetection = z.infer<typeof TurnDetection>;
