import type { MessageOf } from '../protocol/client-messages.ts';
import type { Participant } from '../protocol/participant.ts';
import { respond, type ServerResponse } from '../protocol/server-messages.ts';
import type { RespondMode } from '../protocol/vision-config.ts';
import type { VisionBuffer, VisionTrigger } from '../protocol/vision-messages.ts';
import { byIds, byIndices } from '../sight/choice.ts';
import type { SeenFrame } from '../sight/seen-frame.ts';
import type { Floor, Reaction } from '../turn/reaction.ts';
import type { CommandDeps } from './command-deps.ts';
import { asRunLlm, asWish } from './respond-mode.ts';
import { tokensOf, type Vision } from './vision.ts';
import { answerOnce, bufferExtras, notEnabled } from './vision-answer.ts';

/** What the character sees: asked after, and looked at. Source: Convai docs, client-to-server-messages.md#vision. */

export function visionStatus(
  message: MessageOf<'vision-status'>,
  deps: CommandDeps,
  sender: Participant | undefined,
): ServerResponse {
  const { type } = message;
  return answerOnce(message, deps, sender, () => {
    const extras = bufferExtras(deps.vision, sender);
    return respond(type, 'success', {
      message: 'Vision status',
      extras: { vision_status_outcome: extras.vision_buffer.status, ...extras },
    });
  });
}

/** Lets the next answer look at frames of the buffer, and lets the character speak about them as far as is wished. */
export function visionTrigger(
  message: MessageOf<'vision-trigger'>,
  deps: CommandDeps,
  sender: Participant | undefined,
): ServerResponse {
  return answerOnce(message, deps, sender, () => {
    const { type } = message;
    const data: VisionTrigger = message.data ?? {};
    const mode = data.respond_mode ?? deps.context.respondModes.vision;
    const answer = (status: 'success' | 'error', text: string, found: Found) => {
      const requested = mode === 'invalid' ? { requested_respond_mode: mode } : requestedAs(mode);
      const extras = { ...requested, ...found, ...bindingExtras(data) };
      return respond(type, status, {
        message: text,
        extras: { ...nothingDone, ...extras, ...bufferExtras(deps.vision, sender) },
      });
    };
    const refuse = (outcome: string, why: string) =>
      answer('error', `Failed to process ${type}: ${why}`, { vision_trigger_outcome: outcome });
    const { vision } = deps;
    if (!vision?.isAble) return refuse('vision_not_enabled', notEnabled(vision));
    if (mode === 'invalid')
      return refuse('invalid_respond_mode', 'respond_mode must be silent, auto or must_respond');
    if (!vision.mayTrigger()) return refuse('rate_limited', 'too many triggers, try again later');
    const picked = pick(data, vision, sender?.identity);
    if ('refused' in picked) return refuse(picked.refused, picked.why);
    const text = (data.text ?? '').trim();
    if (picked.frames.length === 0 && text === '') {
      const { status } = vision.buffer(sender?.identity);
      const outcome = status === 'frames_available' ? 'stale_skipped' : status;
      return answer('success', 'Vision trigger had nothing to attach', {
        vision_trigger_outcome: outcome,
        vision_attach_outcome: outcome === 'stale_skipped' ? outcome : 'none',
        downgraded: mode !== 'silent',
        downgrade_reason: mode === 'silent' ? null : outcome,
      });
    }
    const { status } = vision.buffer(sender?.identity);
    const done = carryOut(text, mode, { ...picked, status }, vision, deps);
    return answer('success', done.message, done.extras);
  });
}

type Found = Record<string, string | number | boolean | null | number[]>;

/** What holds where nothing was done. */
const nothingDone: Found = {
  actual_respond_mode: 'silent',
  actual_run_llm: 'false',
  llm_triggered: false,
  downgraded: false,
  downgrade_reason: null,
  interrupted: false,
  vision_attach_outcome: 'none',
  vision_frames_attached: 0,
  vision_image_tokens_est: 0,
  attached_frame_pts: [],
};

const requestedAs = (mode: RespondMode) => ({
  requested_respond_mode: mode,
  requested_run_llm: asRunLlm[mode],
});

function bindingExtras({ frame_ids: ids, frame_indices: indices }: VisionTrigger): Found {
  const list = (given: number[] | 'invalid' | null | undefined) =>
    given === 'invalid' ? null : (given ?? null);
  return {
    frame_binding: ids ? 'frame_ids' : indices ? 'frame_indices' : 'default',
    requested_frame_indices: list(indices),
    requested_frame_ids: list(ids),
  };
}

type Picked = { frames: SeenFrame[] } | { refused: string; why: string };

/** Named frames may be stale: who names one knows which. */
function pick(
  { frame_ids: ids, frame_indices: indices }: VisionTrigger,
  vision: Vision,
  identity: string | undefined,
): Picked {
  const { framesPerTurn } = vision.sights.rules;
  if (ids) {
    if (ids === 'invalid')
      return { refused: 'invalid_frame_ids', why: 'frame_ids must be 1 to 20 integers' };
    const frames = byIds(vision.nameable(identity), ids, framesPerTurn);
    return frames
      ? { frames }
      : { refused: 'frame_id_evicted', why: 'a frame is no longer in the buffer' };
  }
  if (!indices) return { frames: vision.latest(identity) };
  if (indices === 'invalid')
    return { refused: 'invalid_frame_indices', why: 'frame_indices must be 1 to 120 integers' };
  const shown = vision.sights.of(identity)?.sight.frames ?? [];
  if (shown.length === 0) return { frames: [] };
  const frames = byIndices(shown, indices, framesPerTurn);
  return frames
    ? { frames }
    : {
        refused: 'invalid_frame_indices_range',
        why: 'frame_indices reach beyond the newest frame',
      };
}

/** What a client that says nothing wants to be told. */
const usualWish = 'Look at what is shown to you.';

function carryOut(
  text: string,
  mode: RespondMode,
  shown: { frames: SeenFrame[]; status: VisionBuffer['status'] },
  vision: Vision,
  { conversation, context }: CommandDeps,
): { message: string; extras: Found } {
  const { frames } = shown;
  const isKnown = vision.isAttached(frames);
  const undo = frames.length === 0 || isKnown ? () => undefined : vision.attach(frames);
  if (mode === 'silent' && text !== '') context.noteEvent(text);
  // With `auto` there is either nothing begun on a guess, or nothing is attached.
  if (mode !== 'auto') conversation.contextChanged();
  const wished = { text: text === '' ? usualWish : text, mayAbstain: mode === 'auto', looks: true };
  const outcome = conversation.react(wished, asWish[mode]);
  const { reaction } = outcome;
  if (mode === 'auto' && reaction === 'none') {
    undo();
    const unattached = frames.length > 0 ? 'frames_available' : shown.status;
    return {
      message: 'Vision trigger processed silently',
      extras: { vision_trigger_outcome: unattached, ...lessThan(outcome) },
    };
  }
  const attached = frames.length === 0 ? nothingAttached(shown) : attachedExtras(frames, isKnown);
  if (reaction === 'none' || reaction === 'later') {
    const less = reaction === 'later' ? lessThan(outcome) : {};
    const how = isKnown ? 'are attached already' : 'attached silently';
    return { message: `Vision frames ${how}`, extras: { ...attached, ...less } };
  }
  return {
    message: 'Vision trigger invoked LLM',
    extras: {
      ...attached,
      actual_respond_mode: mode,
      actual_run_llm: asRunLlm[mode],
      llm_triggered: true,
      interrupted: reaction === 'cut',
    },
  };
}

/** A text is worth speaking about without them; why there are none is said all the same. */
const nothingAttached = ({ status }: { status: VisionBuffer['status'] }): Found => ({
  vision_trigger_outcome: status,
  vision_attach_outcome: status === 'frames_available' ? 'stale_skipped' : 'none',
});

/** @param isKnown the next answer looks at them anyway: nothing is attached a second time */
function attachedExtras(frames: SeenFrame[], isKnown: boolean): Found {
  const outcome = isKnown ? 'deduped_stub' : 'attached';
  return {
    vision_trigger_outcome: outcome,
    vision_attach_outcome: outcome,
    vision_frames_attached: isKnown ? 0 : frames.length,
    vision_image_tokens_est: isKnown ? 0 : tokensOf(frames),
    attached_frame_pts: frames.map(({ pts }) => pts),
  };
}

const lessThan = ({ floor }: { reaction: Reaction; floor: Floor }): Found => ({
  downgraded: true,
  downgrade_reason: floor === 'user' ? 'user_speaking' : 'bot_busy',
});
