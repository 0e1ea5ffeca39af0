import type { SpeechFrame } from './speech-timing.ts';

/**
 * Where a character's voice goes: a track, data messages, or both. Paced in real time with little queued ahead, so
 * that it can fall silent at once.
 */
export interface VoiceOut {
  /**
   * Appends sound (`speakingRateHz`, mono). Resolves when there is room for more, so a fast synthesiser is held back.
   * @throws the signal's reason when aborted while waiting
   */
  write(frame: SpeechFrame, signal: AbortSignal): Promise<void>;
  /** Marks the end of what was written so far: a last shorter chunk may go out. Resolves when all of it was played. */
  drained(signal: AbortSignal): Promise<void>;
  /** Falls silent at once on a track, within two frames on other ways, and keeps what was not heard. */
  pause(): void;
  /** Goes on from the very sample where it paused. */
  resume(): void;
  /** Falls silent and forgets what waits. */
  clear(): void;
  /** Milliseconds of sound that listeners have had since `startTurn`; never counts what was cleared or waits. */
  playedMs(): number;
  /** Begins the count of `playedMs` anew. */
  startTurn(): void;
}
