import { describe, expect, it } from 'vitest';
import {
  carryOut,
  conversationOf,
  judgeCommand,
  newRoster,
  present,
  refuse,
  StoredRoster,
} from '../../src/chats/roster.ts';
import type { Membership, RosterCommand } from '../../src/protocol/roster.ts';

const id = (n: number) => `${n}`.repeat(8) + '-1111-4111-8111-111111111111';
const member = (n: number): Membership => ({
  membershipId: id(n),
  characterId: `character-${n}`,
  name: `Character ${n}`,
  characterSessionId: `conversation-${n}`,
  isInitial: false,
});
const rules = { roomSessionId: 'room-1', mostCharacters: 3, spare: 9 };
const start = newRoster([member(1), member(2)]);

type Target = Extract<RosterCommand, { kind: 'target' }>['data'];
type Update = Extract<RosterCommand, { kind: 'update' }>['data'];
const target = (over: Partial<Target> = {}, commandId = 'c1'): RosterCommand => ({
  kind: 'target',
  commandId,
  data: {
    room_session_id: 'room-1',
    target_membership_id: id(2),
    expected_route_epoch: 0,
    ...over,
  },
});
const update = (over: Partial<Update> = {}, commandId = 'c1'): RosterCommand => ({
  kind: 'update',
  commandId,
  data: { room_session_id: 'room-1', expected_roster_epoch: 0, ...over },
});

/** Judges and carries out, as the server does. */
function apply(roster: StoredRoster, command: RosterCommand, added: Membership[] = []) {
  const judged = judgeCommand(roster, command, rules);
  if (judged.kind === 'known') return { roster, outcome: judged.outcome };
  return judged.kind === 'refused'
    ? refuse(roster, command, judged.fault)
    : carryOut(roster, command, added);
}

describe('the roster of a room', () => {
  it('begins with the first character spoken to', () => {
    expect(start).toMatchObject({ activeMembershipId: id(1), routeEpoch: 0, rosterEpoch: 0 });
    expect(start.members.map(({ isInitial }) => isInitial)).toEqual([true, false]);
    expect(StoredRoster.parse(JSON.parse(JSON.stringify(start)))).toEqual(start);
  });

  it('counts each change of whom is spoken to', () => {
    const { roster, outcome } = apply(start, target());
    expect(outcome).toMatchObject({
      ...{ ok: true, changed: true, routeEpoch: 1, rosterEpoch: 0 },
      ...{ previousMembershipId: id(1), activeMembershipId: id(2) },
    });
    const nobody = target({ target_membership_id: null, expected_route_epoch: 1 }, 'c2');
    expect(apply(roster, nobody).outcome).toMatchObject({
      activeMembershipId: null,
      routeEpoch: 2,
    });
  });

  it('counts nothing when nothing changes', () => {
    const same = apply(start, target({ target_membership_id: id(1) }));
    expect(same.outcome).toMatchObject({ ok: true, changed: false, routeEpoch: 0 });
  });

  it.each([
    [target({ expected_route_epoch: 7 }), 'stale_route_epoch'],
    [target({ target_membership_id: id(9) }), 'invalid_target_membership'],
    [target({ room_session_id: 'room-2' }), 'wrong_room'],
    [update({ expected_roster_epoch: 1, remove_membership_ids: [id(2)] }), 'roster_epoch_mismatch'],
    [update(), 'empty_command'],
    [update({ remove_membership_ids: [id(9)] }), 'invalid_membership'],
    [update({ remove_membership_ids: [id(2), id(2)] }), 'duplicate_membership'],
    [update({ remove_membership_ids: [id(1), id(2)] }), 'empty_roster'],
    [update({ add: [{ character_id: 'a' }, { character_id: 'b' }] }), 'roster_limit'],
    [
      update({ remove_membership_ids: [id(1)], replacement_target_membership_id: id(1) }),
      'invalid_replacement_target',
    ],
    [
      update({ remove_membership_ids: [id(1)], replacement_target_membership_id: id(9) }),
      'invalid_replacement_target',
    ],
  ])('refuses %j as %s, and stays as it was', (command, code) => {
    const { roster, outcome } = apply(start, command);
    expect(outcome).toMatchObject({ ok: false, code, routeEpoch: 0, rosterEpoch: 0 });
    expect({ ...roster, commands: [] }).toEqual(start);
  });

  it('takes nobody in for whom the agent has no place, and lets one come for one who goes', () => {
    const full = { ...rules, spare: 0 };
    const add = [{ character_id: 'character-3' }];
    expect(judgeCommand(start, update({ add }), full)).toMatchObject({
      kind: 'refused',
      fault: { code: 'no_agent_free' },
    });
    const swap = update({ add, remove_membership_ids: [id(2)] });
    expect(judgeCommand(start, swap, full)).toEqual({ kind: 'due' });
  });

  it('lets nobody speak to one who found no place, and gets no place from their going', () => {
    const out: Membership = { ...member(3), failureCode: 'no_agent_free' };
    const partial = newRoster([member(1), member(2), out]);
    expect(present(partial.members)).toHaveLength(2);
    expect(StoredRoster.parse(JSON.parse(JSON.stringify(partial)))).toEqual(partial);
    for (const command of [
      target({ target_membership_id: id(3) }),
      update({ remove_membership_ids: [id(1)], replacement_target_membership_id: id(3) }),
      update({ remove_membership_ids: [id(3)], add: [{ character_id: 'character-4' }] }),
    ])
      expect(judgeCommand(partial, command, { ...rules, spare: 0 }).kind).toBe('refused');
    expect(apply(partial, update({ remove_membership_ids: [id(3)] })).outcome.ok).toBe(true);
  });

  it('adds and removes in one step, and hands the word on', () => {
    const command = update({
      add: [{ character_id: 'character-3' }],
      remove_membership_ids: [id(1)],
      replacement_target_membership_id: id(2),
    });
    const { roster, outcome } = apply(start, command, [member(3)]);
    expect(outcome).toMatchObject({
      ...{ ok: true, activeMembershipId: id(2), routeEpoch: 1, rosterEpoch: 1 },
      ...{ removedMembershipIds: [id(1)], added: [member(3)] },
    });
    expect(roster.members.map(({ membershipId }) => membershipId)).toEqual([id(2), id(3)]);
  });

  it('leaves nobody spoken to when that one goes and nobody follows', () => {
    const { outcome } = apply(start, update({ remove_membership_ids: [id(1)] }));
    expect(outcome).toMatchObject({ activeMembershipId: null, routeEpoch: 1, rosterEpoch: 1 });
  });

  it('answers a repeated command as the first time, whatever happened since', () => {
    const first = apply(start, target());
    const other = apply(
      first.roster,
      target({ target_membership_id: id(1), expected_route_epoch: 1 }, 'c2'),
    );
    const again = apply(other.roster, target());
    expect(again.outcome).toEqual({ ...first.outcome, duplicate: true });
    expect(again.roster).toBe(other.roster);
  });

  it('answers a repeated refusal as a refusal', () => {
    const first = apply(start, target({ expected_route_epoch: 3 }));
    expect(apply(first.roster, target({ expected_route_epoch: 3 })).outcome).toEqual({
      ...first.outcome,
      duplicate: true,
    });
  });

  it('refuses another command under an id that was used', () => {
    const { roster } = apply(start, target());
    const stolen = apply(roster, target({ target_membership_id: null }));
    expect(stolen.outcome).toMatchObject({ ok: false, code: 'command_id_conflict', routeEpoch: 1 });
    expect(apply(stolen.roster, target()).outcome).toMatchObject({ ok: true, duplicate: true });
  });

  it('knows the conversation of one who was sent away, for their last words', () => {
    const { roster } = apply(start, update({ remove_membership_ids: [id(1)] }));
    expect(conversationOf(roster, id(1))).toBe('conversation-1');
    expect(conversationOf(roster, id(9))).toBeUndefined();
  });

  it('stays small, however many commands come', () => {
    let roster = start;
    for (let n = 0; n < 500; n++)
      roster = apply(roster, target({ expected_route_epoch: 99 }, `c${n}`)).roster;
    expect(roster.commands.length).toBeLessThanOrEqual(64);
  });
});
