import type { MessageOf } from '../protocol/client-messages.ts';
import type { Participant } from '../protocol/participant.ts';
import { respond, type ServerResponse } from '../protocol/server-messages.ts';
import type { CommandDeps } from './command-deps.ts';

/** What is said, and whether it is heard: typed words, silence, the end of an utterance, voice and microphone. */

export function typeText(
  { type, data: { text } }: MessageOf<'user_text_message'>,
  { conversation }: CommandDeps,
  sender: Participant | undefined,
): ServerResponse {
  conversation.type(text, sender);
  return respond(type, 'success', { extras: { text } });
}

export function interruptBot(
  { type }: MessageOf<'interrupt-bot'>,
  { conversation }: CommandDeps,
): ServerResponse {
  conversation.interrupt();
  return respond(type, 'success');
}

export function forceUserStopped(
  { type }: MessageOf<'force-user-stopped-speaking'>,
  { conversation, whenHeard }: CommandDeps,
  sender: Participant | undefined,
): ServerResponse {
  whenHeard(sender, () => {
    conversation.forceEnd(sender);
  });
  return respond(type, 'success');
}

export function toggleTts(
  { type, data: { enabled } }: MessageOf<'tts-toggle'>,
  { conversation, context }: CommandDeps,
): ServerResponse {
  context.set({ speaking: enabled });
  conversation.setSpeaking(enabled);
  const message = enabled ? 'TTS enabled' : 'TTS disabled';
  return respond(type, 'success', { message, extras: { enabled } });
}

export function toggleStt(
  { type, data: { muted } }: MessageOf<'stt-toggle'>,
  { conversation, context, isShared, whenHeard }: CommandDeps,
  sender: Participant | undefined,
): ServerResponse {
  // In a shared room it is the sender's own microphone alone.
  if (!isShared) context.set({ hearing: !muted });
  else if (sender) context.noteMuted(sender.identity, muted);
  whenHeard(sender, () => {
    conversation.setHearing(!muted, sender);
  });
  const message = muted ? 'STT muted' : 'STT unmuted';
  return respond(type, 'success', { message, extras: { muted } });
}
