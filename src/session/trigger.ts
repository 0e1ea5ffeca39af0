import type { MessageOf } from '../protocol/client-messages.ts';
import { respond, type ServerResponse } from '../protocol/server-messages.ts';
import { fillTemplate } from '../prompt/told.ts';
import type { CommandDeps } from './command-deps.ts';
import { asWish } from './respond-mode.ts';
import { spokenIn } from './speak-tag.ts';

/**
 * Something happened, as the application tells it: with a `<speak>` tag the character says what is in it word for word,
 * otherwise it answers in words of its own. A name moves the character's story where that knows it, and is what
 * happened where nothing else says it.
 */
export function trigger(
  { type, data: { name, text } }: MessageOf<'trigger-message'>,
  { conversation, context, story }: CommandDeps,
): ServerResponse {
  // Its own words first: they say what happened this time.
  const told = story.trigger(name);
  const report = text.trim() === '' && told ? told : text;
  const line = spokenIn(report);
  const extras = { ...(name !== '' && { trigger_name: name }), has_speak_tag: line !== undefined };
  const keys = context.told.templateKeys;
  if (line !== undefined) {
    if (line === '') return respond(type, 'success', { message: noContext, extras });
    conversation.say(fillTemplate(line, keys));
    return respond(type, 'success', { extras });
  }
  const event = report.trim() === '' ? name : report.trim();
  if (event === '') return respond(type, 'success', { message: noContext, extras });
  context.noteEvent(event);
  conversation.contextChanged();
  const mode = context.respondModes.trigger;
  const { reaction } = conversation.react(
    { text: fillTemplate(event, keys), mayAbstain: mode === 'auto' },
    asWish[mode],
  );
  return respond(type, 'success', {
    ...(reaction === 'none' && { message: 'Trigger message processed without response' }),
    extras,
  });
}

const noContext = 'Trigger processed but no context generated';
