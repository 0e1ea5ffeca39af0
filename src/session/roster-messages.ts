import { castEntry } from '../protocol/cast-entry.ts';
import type { MessageOf } from '../protocol/client-messages.ts';
import type { RosterCommand, RosterOutcome } from '../protocol/roster.ts';
import { respond, type ServerResponse } from '../protocol/server-messages.ts';

export type RosterMessage = MessageOf<'interaction-target'> | MessageOf<'character-roster-update'>;

export function commandOf(message: RosterMessage, commandId: string): RosterCommand {
  return message.type === 'interaction-target'
    ? { kind: 'target', commandId, data: message.data }
    : { kind: 'update', commandId, data: message.data };
}

/** The one answer to a command. Source: Convai docs, live-apis-beta/multi-character-sessions.md. */
export function acknowledge(
  type: RosterMessage['type'],
  commandId: string,
  roomSessionId: string,
  outcome: RosterOutcome,
): ServerResponse {
  const { activeMembershipId, routeEpoch, rosterEpoch, duplicate } = outcome;
  const common = {
    success: outcome.ok,
    command_id: commandId,
    room_session_id: roomSessionId,
    active_membership_id: activeMembershipId,
    route_epoch: routeEpoch,
    ...(duplicate && { duplicate }),
  };
  if (!outcome.ok) {
    const extras = { ...common, code: outcome.code, roster_epoch: rosterEpoch };
    return respond(type, 'error', { message: outcome.message, extras });
  }
  if (type === 'interaction-target') {
    const { previousMembershipId: previous_membership_id, changed } = outcome;
    return respond(type, 'success', { extras: { ...common, previous_membership_id, changed } });
  }
  const extras = {
    ...common,
    roster_epoch: rosterEpoch,
    added: outcome.added.map(castEntry),
    removed_membership_ids: outcome.removedMembershipIds,
  };
  return respond(type, 'success', { extras });
}
