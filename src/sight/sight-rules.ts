import { VisionInputConfig } from '../protocol/vision-config.ts';

/** How a user's video is sampled, and what of it an answer gets to see. */
export type SightRules = {
  /** From one sampled frame to the next. */
  intervalMs: number;
  /** Empty: the newest frames count, as they were sampled. */
  windows: readonly { count: number; intervalMs: number }[];
  framesPerTurn: number;
  /** The most frames that are kept. */
  capacity: number;
  /** Older frames are not looked at unless they are named. */
  stalenessMs: number;
  /** Pixels of the longer side of what a model gets. */
  longestSide: number;
  /** Whether what is looked at takes the place of what was looked at before. */
  replaces: boolean;
};

/** Ten a second: a window of 1 ms, which the documentation warns of, must not cost a frame for each of them. */
const leastIntervalMs = 100;
const mostCapacity = 120;
/** What Convai takes for every model that is not Gemini (`max_resolution` 0). */
const usualLongestSide = 768;

/** @param config null, as where a client only asks for video: the documented defaults */
export function sightRules(config: VisionInputConfig | null): SightRules {
  const given = config ?? VisionInputConfig.parse({});
  const windows = given.sampling_windows.map(({ count, interval_ms: ms }) => ({
    count,
    intervalMs: Math.max(leastIntervalMs, ms),
  }));
  const intervalMs = Math.min(
    ...(windows.length > 0
      ? windows.map((window) => window.intervalMs)
      : [Math.max(leastIntervalMs, given.sample_interval_secs * 1000)]),
  );
  const spanMs = windows.reduce((sum, window) => sum + window.count * window.intervalMs, 0);
  const needed = Math.max(given.frames_per_turn, Math.ceil(spanMs / intervalMs));
  return {
    intervalMs,
    windows,
    framesPerTurn: given.frames_per_turn,
    capacity: Math.min(mostCapacity, given.buffer_frames || needed),
    stalenessMs: given.staleness_seconds * 1000,
    longestSide: given.max_resolution || usualLongestSide,
    replaces: given.replace_previous_vision_context,
  };
}
