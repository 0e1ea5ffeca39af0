import type { MessageOf } from '../protocol/client-messages.ts';
import { respond, type ServerResponse } from '../protocol/server-messages.ts';
import type { CommandDeps } from './command-deps.ts';
import { changeContext, countTokens } from './dynamic-context.ts';
import { asWish } from './respond-mode.ts';

/** What the character knows of its world; `context-update`, which can do more, has a file of its own. */

/** A full replacement, as Convai's web SDK documents it: keys that are left out are gone. */
export function updateTemplateKeys(
  { type, data }: MessageOf<'update-template-keys'>,
  { conversation, context }: CommandDeps,
): ServerResponse {
  context.set({ templateKeys: data.template_keys });
  conversation.contextChanged();
  return respond(type, 'success');
}

/** Descriptions only: what the character may act on is in its action contract. */
export function updateScene(
  { type, data }: MessageOf<'update-scene-metadata'>,
  { conversation, context, silently }: CommandDeps,
): ServerResponse {
  context.set({ scene: data.scene_metadata });
  conversation.contextChanged();
  const names = data.scene_metadata.map(({ name }) => name).join(', ');
  const text = `Around you now: ${names === '' ? 'nothing' : names}`;
  const mode = context.respondModes.scene_metadata;
  conversation.react({ text, mayAbstain: mode === 'auto' }, silently ? 'never' : asWish[mode]);
  return respond(type, 'success');
}

/** Adds to what is known and lets nobody speak: `context-update` with `append` and `run_llm: "false"`. */
export function updateDynamicInfo(
  { type, data: { text } }: MessageOf<'update-dynamic-info'>,
  { conversation, context, log }: CommandDeps,
): ServerResponse {
  if (text.trim() === '') {
    return respond(type, 'error', { message: 'No text provided in dynamic info' });
  }
  const changed = changeContext(context.dynamic, { mode: 'append', text });
  if (!changed.ok) {
    return respond(type, 'error', { message: `Failed to process ${type}: ${changed.error}` });
  }
  if (changed.trimmed > 0) log.info({ trimmed: changed.trimmed }, 'oldest context updates trimmed');
  context.apply(changed.next, undefined, undefined);
  conversation.contextChanged();
  log.debug({ tokens: countTokens(changed.next).total }, 'dynamic info updated');
  return respond(type, 'success');
}
