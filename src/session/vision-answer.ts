import type { MessageOf } from '../protocol/client-messages.ts';
import type { Participant } from '../protocol/participant.ts';
import { respond, type ServerResponse } from '../protocol/server-messages.ts';
import type { VisionBuffer } from '../protocol/vision-messages.ts';
import type { CommandDeps } from './command-deps.ts';
import { updateName } from './update-name.ts';
import type { Vision } from './vision.ts';

type VisionMessage = MessageOf<'vision-status'> | MessageOf<'vision-trigger'>;

/** With its `update_id`, and done once. */
export function answerOnce(
  { type, id, data }: VisionMessage,
  { answers, context, vision }: Pick<CommandDeps, 'answers' | 'context' | 'vision'>,
  sender: Participant | undefined,
  answer: () => ServerResponse,
): ServerResponse {
  const updateId = data?.update_id ?? id;
  const marked = (response: ServerResponse, duplicate: boolean): ServerResponse => ({
    ...response,
    extras: {
      ...response.extras,
      ...(updateId !== undefined && { update_id: updateId }),
      duplicate,
    },
  });
  if (updateId === undefined) return marked(answer(), false);
  const name = updateName(type, updateId, sender);
  const given = answers.get(name);
  if (given) return marked(given, true);
  if (context.wasApplied(name)) {
    // Another process had the session then, and its answer went with it.
    const message = 'Vision trigger was processed before';
    return marked(respond(type, 'success', { message, extras: bufferExtras(vision) }), true);
  }
  const response = answer();
  answers.keep(name, response);
  if (type === 'vision-trigger' && response.status === 'success') context.noteApplied(name);
  return marked(response, false);
}

const nothing: VisionBuffer = {
  enabled: false,
  status: 'vision_not_enabled',
  retained_frames: 0,
  buffer_frames: 0,
  frames_per_turn: 0,
  first_frame_pts: null,
  last_frame_pts: null,
  last_frame_age_ms: null,
  first_frame_index: null,
  source_active: false,
  source_label: null,
  selected_participant: null,
  sampling_windows: [],
};

/** What both answers tell of the buffer. */
export function bufferExtras(vision: Vision | undefined, sender?: Participant) {
  const buffer = vision?.buffer(sender?.identity) ?? nothing;
  return {
    active_source: buffer.selected_participant,
    active_source_label: buffer.source_label,
    last_frame_age_ms: buffer.last_frame_age_ms,
    vision_buffer: buffer,
  };
}

export function notEnabled(vision: Vision | undefined): string {
  return vision
    ? 'the model of this character takes no images'
    : 'vision is not enabled: connect with connection_type video';
}
