import type { MessageOf } from '../protocol/client-messages.ts';
import { respond, type ServerResponse } from '../protocol/server-messages.ts';
import { RespondLane } from '../protocol/vision-config.ts';
import type { CommandDeps } from './command-deps.ts';

/**
 * Changes for the rest of the session how one input affects the character's speech. What the user says is always
 * answered. Said again it changes nothing, so that no id has to be remembered.
 */
export function updateRespondMode(
  { type, id, data: { modality, mode, update_id } }: MessageOf<'respond-mode-update'>,
  { context }: Pick<CommandDeps, 'context'>,
): ServerResponse {
  const lane = RespondLane.safeParse(modality).data;
  if (lane) context.setRespondMode(lane, mode);
  const updateId = update_id ?? id;
  const extras = {
    modality,
    mode,
    respond_modes: { ...context.respondModes },
    ...(updateId !== undefined && { update_id: updateId }),
  };
  if (lane) return respond(type, 'success', { extras });
  const lanes = RespondLane.options.join(', ');
  const message = `Failed to process ${type}: modality: must be one of ${lanes}`;
  return respond(type, 'error', { message, extras });
}
