import * as z from 'zod';
import { laxBoolean, laxInt, laxNumber, orDefault } from './lax.ts';

/*
 * How the user's video is sampled for the model, and which inputs make the character answer.
 * Source: Convai docs, live-apis-beta/connect-api.md; ranges and defaults from
 * convai-unity-sdk/features/vision/dynamic-vision-context.md.
 */
const SamplingWindow = z.object({
  count: laxInt(1, 20),
  interval_ms: laxInt(1, 60_000),
});

export const VisionInputConfig = z
  .object({
    sample_interval_secs: orDefault(laxNumber(0.1, 60), 1),
    frames_per_turn: orDefault(laxInt(1, 20), 5),
    /** 0 means as many as `frames_per_turn`. */
    buffer_frames: orDefault(laxInt(0, 120), 0),
    /** Empty means uniform sampling. */
    sampling_windows: orDefault(z.array(SamplingWindow).max(20), []),
    staleness_seconds: orDefault(laxNumber(0.1, 120), 10),
    /** Pixels of the longer side; 0 leaves it to the provider. */
    max_resolution: orDefault(
      laxInt(0, 2048).refine((pixels) => pixels === 0 || pixels >= 64, {
        error: 'must be 0 or between 64 and 2048',
      }),
      0,
    ),
    replace_previous_vision_context: orDefault(laxBoolean, true),
  })
  .refine(({ buffer_frames: buffer, frames_per_turn: turn }) => buffer === 0 || buffer >= turn, {
    path: ['buffer_frames'],
    error: 'must be 0 or at least frames_per_turn',
  })
  .refine(
    ({ sampling_windows: windows, frames_per_turn: turn }) =>
      windows.reduce((sum, { count }) => sum + count, 0) <= turn,
    { path: ['sampling_windows'], error: 'must not ask for more frames than frames_per_turn' },
  );

export type VisionInputConfig = z.infer<typeof VisionInputConfig>;

/**
 * Whether a client wants to be seen. Clients that are older than `vision_input_config` only say `video`; and where there
 * is a configuration, it is what turns sampling on.
 */
export function wantsVision(settings: {
  connection_type: 'audio' | 'video';
  vision_input_config: VisionInputConfig | null;
}): boolean {
  return settings.connection_type === 'video' || settings.vision_input_config !== null;
}

export const RespondMode = z.enum(['silent', 'auto', 'must_respond']);
export type RespondMode = z.infer<typeof RespondMode>;

/** Inputs that are not the user's own words. */
export const RespondLane = z.enum(['vision', 'context_update', 'trigger', 'scene_metadata']);
export type RespondLane = z.infer<typeof RespondLane>;

/** The user's own words, spoken or typed, are always answered; these are the other inputs. */
export const RespondModes = z.object({
  vision: orDefault(RespondMode, 'silent'),
  context_update: orDefault(RespondMode, 'auto'),
  trigger: orDefault(RespondMode, 'must_respond'),
  scene_metadata: orDefault(RespondMode, 'silent'),
} satisfies Record<RespondLane, z.ZodType>);
