import { describe, expect, it } from 'vitest';
import { chooseRoom, SharedSessionConflict } from '../../src/dispatch/entering.ts';
import type { LocatedRoom } from '../../src/dispatch/voice-sessions.ts';
import { SessionSettings } from '../../src/protocol/connect.ts';

const room = (id: string, characterId: string, isCast = false): LocatedRoom => ({
  ...{ id, characterId, roomName: id, conversationId: 'c' },
  settings: SessionSettings.parse({}),
  roster: isCast ? { members: [], activeMembershipId: null, routeEpoch: 0, rosterEpoch: 0 } : null,
});
const locator = { kind: 'sharedKey', key: 'k' } as const;
const choose = (rooms: LocatedRoom[], characterId: string | null, isCast: boolean | null = null) =>
  chooseRoom(rooms, { locator, characterId, isCast })?.id;

describe('which room a key means', () => {
  const rooms = [room('newest', 'ada'), room('older', 'ada'), room('other', 'bob')];

  it('is the newest one of the character', () => {
    expect(choose(rooms, 'ada')).toBe('newest');
    expect(choose(rooms, 'bob')).toBe('other');
    expect(choose(rooms, 'cid')).toBeUndefined();
  });

  it('is the only one there is, when no character is named', () => {
    expect(choose([room('one', 'ada')], null)).toBe('one');
    expect(() => choose(rooms, null)).toThrow(SharedSessionConflict);
  });

  it('is the one with several characters before those with one', () => {
    expect(choose([...rooms, room('cast', 'ada', true)], null)).toBe('cast');
    expect(choose([...rooms, room('cast', 'ada', true)], 'ada', false)).toBe('newest');
    expect(choose(rooms, null, true)).toBeUndefined();
  });
});
