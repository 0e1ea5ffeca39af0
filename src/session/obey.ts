import type { ClientMessage } from '../protocol/client-messages.ts';
import type { Participant } from '../protocol/participant.ts';
import { respond, type ServerResponse } from '../protocol/server-messages.ts';
import type { CommandDeps, Manner } from './command-deps.ts';
import { updateContext } from './context-update.ts';
import { updateRespondMode } from './respond-mode-update.ts';
import { updateDynamicInfo, updateScene, updateTemplateKeys } from './context-commands.ts';
import {
  forceUserStopped,
  interruptBot,
  toggleStt,
  toggleTts,
  typeText,
} from './speech-commands.ts';
import { trigger } from './trigger.ts';
import { visionStatus, visionTrigger } from './vision-commands.ts';

export type Obey = (message: ClientMessage, sender?: Participant, how?: Manner) => ServerResponse;

/**
 * Does what a client's message asks for.
 * @returns a function from the message to its one acknowledgement. It never throws: what went wrong is in its answer
 */
export function obey(deps: CommandDeps): Obey {
  return (message, sender, how) => {
    try {
      return answer(message, { ...deps, ...how }, sender);
    } catch (err) {
      deps.log.error({ err, type: message.type }, 'a message of the client could not be served');
      const reason = `Failed to process ${message.type}: internal error`;
      return respond(message.type, 'error', { message: reason });
    }
  };
}

function answer(
  message: ClientMessage,
  deps: CommandDeps,
  sender: Participant | undefined,
): ServerResponse {
  switch (message.type) {
    case 'user_text_message':
      return typeText(message, deps, sender);
    case 'trigger-message':
      return trigger(message, deps);
    case 'interrupt-bot':
      return interruptBot(message, deps);
    case 'force-user-stopped-speaking':
      return forceUserStopped(message, deps, sender);
    case 'tts-toggle':
      return toggleTts(message, deps);
    case 'stt-toggle':
      return toggleStt(message, deps, sender);
    case 'update-template-keys':
      return updateTemplateKeys(message, deps);
    case 'update-scene-metadata':
      return updateScene(message, deps);
    case 'update-dynamic-info':
      return updateDynamicInfo(message, deps);
    case 'context-update':
      return updateContext(message, deps, sender);
    case 'vision-status':
      return visionStatus(message, deps, sender);
    case 'vision-trigger':
      return visionTrigger(message, deps, sender);
    case 'respond-mode-update':
      return updateRespondMode(message, deps);
    // What it asks for has happened: every message that a user causes counts as activity.
    case 'reset-idle-timer':
      return respond(message.type, 'success');
    case 'usage-toggle': {
      const { enabled } = message.data;
      deps.diagnostics.setUsageEnabled(enabled);
      return respond(message.type, 'success', {
        message: `Usage-update streaming ${enabled ? 'enabled' : 'disabled'}`,
        extras: { enabled },
      });
    }
    case 'interaction-target':
    case 'character-roster-update':
      return respond(message.type, 'error', {
        message: 'This room has one character.',
        extras: { success: false, code: 'not_roster_room' },
      });
    case 'kill-pipeline':
      deps.conversation.interrupt();
      deps.end('killed');
      return respond(message.type, 'success');
  }
}

/** Whether there is a user behind it: one who only watches figures, or whether frames come, is idle all the same. */
export function isActivity({ type }: ClientMessage): boolean {
  return type !== 'usage-toggle' && type !== 'vision-status';
}
