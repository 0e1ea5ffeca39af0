import { createHash } from 'node:crypto';
import * as z from 'zod';
import {
  Roster,
  RosterOutcome,
  Membership,
  type RosterCommand,
  type RosterRefusal,
} from '../protocol/roster.ts';

/** Enough for a client's retries; an older command is refused by its epoch anyway. */
const keptCommands = 64;

/** The cast of a room as it is stored: with what is needed to answer late turns and repeated commands. */
export const StoredRoster = Roster.extend({
  /** Those who were sent away; their last turns may still be on their way. */
  removed: z.array(Membership),
  commands: z.array(z.object({ id: z.string(), digest: z.string(), outcome: RosterOutcome })),
});
export type StoredRoster = z.infer<typeof StoredRoster>;

/** A room's first cast; the first of them is spoken to. */
export function newRoster(members: Omit<Membership, 'isInitial'>[]): StoredRoster {
  return {
    members: members.map((member, index) => ({ ...member, isInitial: index === 0 })),
    activeMembershipId: members[0]?.membershipId ?? null,
    routeEpoch: 0,
    rosterEpoch: 0,
    removed: [],
    commands: [],
  };
}

/** Those who found a place in the room. */
export function present(members: readonly Membership[]): Membership[] {
  return members.filter(({ failureCode }) => failureCode === undefined);
}

/** A command that breaks a rule. */
type Fault = { code: RosterRefusal; message: string };

/** What to do with a command: its answer is known, or it may be carried out. */
export type Judged =
  { kind: 'known'; outcome: RosterOutcome } | { kind: 'refused'; fault: Fault } | { kind: 'due' };

export type RoomRules = {
  roomSessionId: string;
  mostCharacters: number;
  /** Places that the room's agent has for more characters. */
  spare: number;
};

/** Pure. A command that was carried out or refused before has the same outcome again, marked as a duplicate. */
export function judgeCommand(
  roster: StoredRoster,
  command: RosterCommand,
  rules: RoomRules,
): Judged {
  const before = roster.commands.find(({ id }) => id === command.commandId);
  if (before) {
    return before.digest === digestOf(command)
      ? { kind: 'known', outcome: { ...before.outcome, duplicate: true } }
      : refused('command_id_conflict', 'This id was used for another command; use a new one.');
  }
  if (command.data.room_session_id !== rules.roomSessionId)
    return refused('wrong_room', 'room_session_id is not of this room.');
  return command.kind === 'target'
    ? judgeTarget(roster, command.data)
    : judgeUpdate(roster, command.data, rules);
}

type Data<K extends RosterCommand['kind']> = Extract<RosterCommand, { kind: K }>['data'];

function judgeTarget(roster: StoredRoster, data: Data<'target'>): Judged {
  const { target_membership_id: target, expected_route_epoch: epoch } = data;
  if (epoch !== roster.routeEpoch)
    return refused('stale_route_epoch', `The route epoch is ${roster.routeEpoch}, not ${epoch}.`);
  if (target !== null && !isMember(roster, target))
    return refused('invalid_target_membership', 'No character of this room has this membership.');
  if (target !== null && !isPresent(roster, target))
    return refused('invalid_target_membership', 'This character did not come into the room.');
  return { kind: 'due' };
}

function judgeUpdate(roster: StoredRoster, data: Data<'update'>, rules: RoomRules): Judged {
  const { expected_roster_epoch: epoch, replacement_target_membership_id: replacement } = data;
  const add = data.add ?? [];
  const remove = data.remove_membership_ids ?? [];
  if (epoch !== roster.rosterEpoch)
    return refused(
      'roster_epoch_mismatch',
      `The roster epoch is ${roster.rosterEpoch}, not ${epoch}.`,
    );
  if (add.length + remove.length === 0)
    return refused('empty_command', 'Nothing is to be added or removed.');
  if (new Set(remove).size < remove.length)
    return refused('duplicate_membership', 'A membership is named twice.');
  if (remove.some((id) => !isMember(roster, id)))
    return refused('invalid_membership', 'No character of this room has this membership.');
  const left = roster.members.length - remove.length + add.length;
  if (left === 0) return refused('empty_roster', 'The last character cannot be removed.');
  if (left > rules.mostCharacters)
    return refused('roster_limit', `A room holds ${rules.mostCharacters} characters here.`);
  const leaving = remove.filter((id) => isPresent(roster, id)).length;
  if (add.length > leaving + rules.spare)
    return refused('no_agent_free', 'No voice agent has a place for more characters now.');
  if (
    typeof replacement === 'string' &&
    (!isPresent(roster, replacement) || remove.includes(replacement))
  )
    return refused(
      'invalid_replacement_target',
      'The replacement must be a character that stays in the room.',
    );
  return { kind: 'due' };
}

/**
 * Carries out a command that `judgeCommand` called due. Pure.
 * @param added instances for `data.add`, in its order
 */
export function carryOut(
  roster: StoredRoster,
  command: RosterCommand,
  added: Membership[],
): { roster: StoredRoster; outcome: RosterOutcome } {
  const previous = roster.activeMembershipId;
  const removedIds = command.kind === 'update' ? (command.data.remove_membership_ids ?? []) : [];
  const active = activeAfter(roster, command, removedIds);
  const routeEpoch = roster.routeEpoch + (active === previous ? 0 : 1);
  const rosterEpoch = roster.rosterEpoch + (command.kind === 'update' ? 1 : 0);
  const changed = { activeMembershipId: active, routeEpoch, rosterEpoch };
  const outcome: RosterOutcome = {
    ok: true,
    duplicate: false,
    previousMembershipId: previous,
    ...changed,
    changed: command.kind === 'update' || active !== previous,
    added,
    removedMembershipIds: removedIds,
  };
  const [kept, gone] = [false, true].map((isGone) =>
    roster.members.filter(({ membershipId }) => removedIds.includes(membershipId) === isGone),
  );
  const next: StoredRoster = {
    ...roster,
    ...changed,
    members: [...(kept ?? []), ...added],
    removed: [...roster.removed, ...(gone ?? [])].slice(-keptCommands),
  };
  return { roster: remember(next, command, outcome), outcome };
}

function activeAfter(
  roster: StoredRoster,
  command: RosterCommand,
  removedIds: string[],
): string | null {
  if (command.kind === 'target') return command.data.target_membership_id;
  const { activeMembershipId: active } = roster;
  if (active === null || !removedIds.includes(active)) return active;
  return command.data.replacement_target_membership_id ?? null;
}

/** The refusal, remembered so that a repetition of the command is refused alike. */
export function refuse(
  roster: StoredRoster,
  command: RosterCommand,
  { code, message }: Fault,
): { roster: StoredRoster; outcome: RosterOutcome } {
  const { activeMembershipId, routeEpoch, rosterEpoch } = roster;
  const now = { activeMembershipId, routeEpoch, rosterEpoch };
  const outcome: RosterOutcome = { ok: false, duplicate: false, code, message, ...now };
  // The id belongs to the command that had it first.
  if (code === 'command_id_conflict') return { roster, outcome };
  return { roster: remember(roster, command, outcome), outcome };
}

/** Whose conversation a turn of this instance belongs to, also after it was sent away. */
export function conversationOf(roster: StoredRoster, membershipId: string): string | undefined {
  return [...roster.members, ...roster.removed].find(
    (member) => member.membershipId === membershipId,
  )?.characterSessionId;
}

function remember(
  roster: StoredRoster,
  command: RosterCommand,
  outcome: RosterOutcome,
): StoredRoster {
  const entry = { id: command.commandId, digest: digestOf(command), outcome };
  return { ...roster, commands: [...roster.commands, entry].slice(-keptCommands) };
}

function refused(code: RosterRefusal, message: string): Judged {
  return { kind: 'refused', fault: { code, message } };
}

function isMember(roster: Roster, membershipId: string): boolean {
  return roster.members.some((member) => member.membershipId === membershipId);
}

function isPresent({ members }: Roster, membershipId: string): boolean {
  return present(members).some((member) => member.membershipId === membershipId);
}

/** Equal for equal payloads: the schemas put their keys into one order. */
function digestOf({ kind, data }: RosterCommand): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, data]))
    .digest('hex')
    .slice(0, 32);
}
