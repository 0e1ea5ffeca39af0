import * as z from 'zod';
import { GivenId } from './lax.ts';
import { PlainText } from './plain-text.ts';
import { RespondMode } from './vision-config.ts';

/*
 * What a client asks of what the character sees, and how that is answered.
 * Source: Convai docs, live-apis-beta/client-to-server-messages.md#vision. Values that have an outcome of their own in the
 * documentation (`invalid_respond_mode` and its like) are let in as `invalid`: their answer has more than an error text.
 */
const most = { textChars: 8_000, ids: 20, indices: 120 } as const;

const orInvalid = <S extends z.ZodType>(schema: S) =>
  z.union([schema, z.unknown().transform(() => 'invalid' as const)]);
/** An empty list names nothing, as none does: engines write unset lists so. */
const numbers = (mostNumbers: number) =>
  orInvalid(
    z
      .array(z.int())
      .max(mostNumbers)
      .nullish()
      .transform((list) => (list?.length === 0 ? undefined : list)),
  ).optional();
const UpdateId = GivenId.nullish();

export const VisionStatus = z.object({ update_id: UpdateId }).nullish();

export const VisionTrigger = z
  .object({
    respond_mode: orInvalid(RespondMode.nullish()),
    text: PlainText(most.textChars).nullish(),
    frame_indices: numbers(most.indices),
    frame_ids: numbers(most.ids),
    update_id: UpdateId,
  })
  .nullish();
export type VisionTrigger = NonNullable<z.infer<typeof VisionTrigger>>;

/** Of the buffer, at one moment. */
type VisionBufferStatus =
  'frames_available' | 'buffer_empty' | 'no_active_video' | 'vision_not_enabled';

/** The part of an answer that tells of the buffer; never anything of a picture. */
export type VisionBuffer = {
  enabled: boolean;
  status: VisionBufferStatus;
  retained_frames: number;
  buffer_frames: number;
  frames_per_turn: number;
  first_frame_pts: number | null;
  last_frame_pts: number | null;
  last_frame_age_ms: number | null;
  first_frame_index: number | null;
  source_active: boolean;
  source_label: string | null;
  selected_participant: string | null;
  sampling_windows: { count: number; interval_ms: number }[];
};
