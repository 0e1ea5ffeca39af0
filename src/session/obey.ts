import type { Conversation } from '../pipeline/conversation.ts';
import type { ClientMessage } from '../protocol/client-messages.ts';
import type { SessionSettings } from '../protocol/connect.ts';
import { respond, type ServerResponse } from '../protocol/server-messages.ts';
import type { Diagnostics } from './diagnostics.ts';

/** What a client may change of the prompt while the session runs. */
export type SessionContext = {
  templateKeys: Record<string, string>;
  dynamicInfo: SessionSettings['dynamic_info'];
  /** All that the character may do; the answers from now on go by it. */
  actionConfig: SessionSettings['action_config'];
};

/** Does what a client's message asks for. @returns a function from the message to its acknowledgement */
export function obey(
  conversation: Conversation,
  context: SessionContext,
  diagnostics: Pick<Diagnostics, 'setUsageEnabled'>,
): (message: ClientMessage) => ServerResponse {
  return (message) => {
    switch (message.type) {
      case 'user_text_message': {
        const { text } = message.data;
        conversation.type(text);
        return respond(message.type, 'success', { extras: { text } });
      }
      case 'interrupt-bot':
        conversation.interrupt();
        return respond(message.type, 'success');
      case 'force-user-stopped-speaking':
        conversation.forceEnd();
        return respond(message.type, 'success');
      case 'tts-toggle': {
        const { enabled } = message.data;
        conversation.setSpeaking(enabled);
        return respond(message.type, 'success', {
          message: enabled ? 'TTS enabled' : 'TTS disabled',
          extras: { enabled },
        });
      }
      case 'stt-toggle': {
        const { muted } = message.data;
        conversation.setHearing(!muted);
        return respond(message.type, 'success', {
          message: muted ? 'STT muted' : 'STT unmuted',
          extras: { muted },
        });
      }
      case 'update-template-keys':
        for (const [name, value] of Object.entries(message.data.template_keys)) {
          context.templateKeys[name] = String(value);
        }
        return respond(message.type, 'success');
      case 'update-dynamic-info':
        context.dynamicInfo = message.data.dynamic_info;
        return respond(message.type, 'success');
      case 'usage-toggle': {
        const { enabled } = message.data;
        diagnostics.setUsageEnabled(enabled);
        return respond(message.type, 'success', {
          message: `Usage-update streaming ${enabled ? 'enabled' : 'disabled'}`,
          extras: { enabled },
        });
      }
      // What it asks for has happened: every message that a user causes counts as activity.
      case 'reset-idle-timer':
        return respond(message.type, 'success');
    }
  };
}

/** Whether there is a user behind it: one who only watches figures is idle all the same. */
export function isActivity({ type }: ClientMessage): boolean {
  return type !== 'usage-toggle';
}
