import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Participant } from '../../../src/protocol/participant.ts';
import { aSession, type Storage } from './storage.ts';

export function participantsContract(storage: () => Storage): void {
  describe('the humans of a session', () => {
    const person = (name: string): Participant => ({
      identity: `human:${name}`,
      speakerId: name,
      speakerName: null,
    });
    const [ann, ben, cid] = [person('ann'), person('ben'), person('cid')];
    const now = new Date('2026-01-01T00:01:00Z');
    const before = new Date('2026-01-01T00:00:00Z');
    const admit = (
      sessionId: string,
      participant: Participant,
      most = 2,
      at = now,
      remembered = true,
    ) =>
      storage().participants.admit({
        ...{ sessionId, participant, remembered, most, at, id: randomUUID() },
        heldSince: new Date(at.getTime() - 30_000),
      });

    it('are let in until the room is full', async () => {
      const { id } = await storage().session();
      expect(await admit(id, ann)).toBeDefined();
      expect(await admit(id, ben)).toBeDefined();
      expect(await admit(id, cid)).toBeUndefined();
      expect(await storage().participants.expected(id)).toEqual(expect.arrayContaining([ann, ben]));
    });

    it('are remembered as each of them wishes, by their last word on it', async () => {
      const { participants } = storage();
      const { id } = await storage().session();
      await admit(id, ann);
      await admit(id, ben, 2, now, false);
      expect(await participants.remembered(id)).toEqual(['ann']);
      expect(await participants.isRemembered(id, 'ann')).toBe(true);
      expect(await participants.isRemembered(id, 'ben')).toBe(false);
      expect(await participants.isRemembered(id, 'cid')).toBeUndefined();
      await admit(id, ben, 2, new Date(now.getTime() + 1));
      expect(await participants.isRemembered(id, 'ben')).toBe(true);
    });

    it('are found in the open sessions of their workspace', async () => {
      const { participants, sessions } = storage();
      const of = await storage().conversation();
      const { id } = await sessions.open(aSession(of));
      await admit(id, ann);
      await admit(id, ben, 2, now, false);
      const found = () => participants.sessionsOf(of.workspaceId, ['ann', 'ben', 'cid']);
      expect(await found()).toEqual([{ sessionId: id, speakerId: 'ann' }]);
      expect(await participants.sessionsOf(randomUUID(), ['ann'])).toEqual([]);
      await sessions.end(id, 'client_left', now);
      expect(await found()).toEqual([]);
    });

    it('have one place each, however often they come', async () => {
      const { id } = await storage().session();
      const place = await admit(id, ann, 1);
      expect(await admit(id, { ...ann, speakerName: 'Ann' }, 1)).toBe(place);
      expect(await storage().participants.expected(id)).toEqual([{ ...ann, speakerName: 'Ann' }]);
    });

    it('lose a place to which they do not come, and one that they left', async () => {
      const { id } = await storage().session();
      await admit(id, ann, 1, before);
      expect(await admit(id, ben, 1)).toBeDefined();
      await storage().participants.note(id, [ben.identity], now);
      expect(await admit(id, cid, 1)).toBeUndefined();
      await storage().participants.note(id, [], now);
      expect(await admit(id, cid, 1)).toBeDefined();
    });

    it('are told by how long they have been there', async () => {
      const { id } = await storage().session();
      await admit(id, ann, 3);
      await admit(id, ben, 3);
      await storage().participants.note(id, [ben.identity], before);
      const both = [ann.identity, ben.identity, 'human:unknown'];
      expect(await storage().participants.note(id, both, now)).toEqual([
        ben.identity,
        ann.identity,
      ]);
    });

    it('open a session again that nobody had come to', async () => {
      const { id } = await storage().session();
      await storage().sessions.end(id, 'never_joined');
      await admit(id, ann);
      expect((await storage().sessions.get(id))?.endedAt).toBeNull();
    });

    it('find a room by its key, its name or its id, in their own workspace only', async () => {
      const { workspaceId, conversationId } = await storage().conversation();
      const { workspaceId: other } = await storage().workspace();
      const sharedKey = `key-${randomUUID()}`;
      const asked = aSession({ workspaceId, conversationId, sharedKey, roomAlias: 'lobby' });
      const { id, roomName } = await storage().sessions.open(asked);
      for (const locator of [
        { kind: 'sharedKey', key: sharedKey },
        { kind: 'roomName', name: 'lobby' },
        { kind: 'roomName', name: roomName },
        { kind: 'roomSession', id },
      ] as const) {
        const found = (of: string) => storage().sessions.locate(of, locator, new Date(0));
        expect(await found(workspaceId)).toMatchObject([{ id }]);
        expect(await found(other)).toEqual([]);
      }
      const none = { kind: 'roomSession', id: "'; --" } as const;
      expect(await storage().sessions.locate(workspaceId, none, new Date(0))).toEqual([]);
      await storage().sessions.end(id, 'client_left');
      const byKey = { kind: 'sharedKey', key: sharedKey } as const;
      expect(await storage().sessions.locate(workspaceId, byKey, new Date(0))).toEqual([]);
    });
  });
}
