import * as z from 'zod';

/*
 * The face on the wire. Source: Convai docs, live-apis-beta/server-to-client-messages.md ("Animation & lip sync"); the
 * fields that tell where a chunk belongs are those that web-plugins/convai-web-sdk/lipsync-and-blendshape names.
 */

const weight = z.number().min(0).max(1);
/** 251 values for `mha`, 61 for `arkit`, 15 for `visemes`; turns of the head in `arkit` may be negative. */
const frame = z.array(z.number().min(-1).max(1));
const owner = {
  response_id: z.string(),
  /** Counts the spoken answers of a session from 1. */
  neurosync_turn_id: z.int(),
  epoch: z.int(),
  /** Counts the messages about the face of one answer from 1. */
  sequence: z.int(),
};

export const VisemeWeights = z.strictObject({
  sil: weight,
  pp: weight,
  ff: weight,
  th: weight,
  dd: weight,
  kk: weight,
  ch: weight,
  ss: weight,
  nn: weight,
  rr: weight,
  aa: weight,
  e: weight,
  ih: weight,
  oh: weight,
  ou: weight,
});
export type VisemeWeights = z.infer<typeof VisemeWeights>;

export const BlendshapeStats = z.strictObject({
  total_blendshapes: z.int(),
  total_audio_bytes: z.int(),
  total_turn_duration_ms: z.number(),
  total_audio_duration_ms: z.number(),
  fps: z.number(),
  was_interrupted: z.boolean(),
});
export type BlendshapeStats = z.infer<typeof BlendshapeStats>;

export const VisemesEvent = z.strictObject({ type: z.literal('visemes'), visemes: VisemeWeights });

export const BlendshapesEvent = z.strictObject({
  type: z.literal('neurosync-blendshapes'),
  blendshapes: frame,
});

export const BlendshapeChunkEvent = z.strictObject({
  type: z.literal('chunked-neurosync-blendshapes'),
  blendshapes: z.array(frame).min(1),
  fps: z.number(),
  /** Of the first frame, counted from 0 in the answer. */
  start_frame_index: z.int(),
  ...owner,
});
export type BlendshapeChunkEvent = z.infer<typeof BlendshapeChunkEvent>;

export const BlendshapesCancelEvent = z.strictObject({
  type: z.literal('neurosync-blendshapes-cancel'),
  ...owner,
  /** The last frame whose sound was heard; null when none was. */
  valid_through_frame_index: z.int().min(0).nullable(),
  reason: z.string(),
});
export type BlendshapesCancelEvent = z.infer<typeof BlendshapesCancelEvent>;

export const BlendshapeStatsEvent = z.strictObject({
  type: z.literal('blendshape-turn-stats'),
  stats: BlendshapeStats,
});
