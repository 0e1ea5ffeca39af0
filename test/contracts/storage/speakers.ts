import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { participants } from '../../../src/db/schema.ts';
import { SessionSettings } from '../../../src/protocol/connect.ts';
import { SpeakerNotFound } from '../../../src/speakers/speakers.ts';
import { aSession, aTurn, type Storage } from './storage.ts';

export function speakersContract(storage: () => Storage): void {
  describe('speakers', () => {
    const device = (deviceId: string, name: string | null = null) => ({ deviceId, name });

    it('are the same for a device each time, and others in another workspace', async () => {
      const [mine, theirs] = [await storage().workspace(), await storage().workspace()];
      const { speakers } = storage();
      const first = await speakers.ensure(mine.workspaceId, device('headset-1', 'Ann'));
      expect(await speakers.ensure(mine.workspaceId, device('headset-1'))).toMatchObject({
        id: first.id,
        name: 'Ann',
      });
      const other = await speakers.ensure(theirs.workspaceId, device('headset-1'));
      expect(other.id).not.toBe(first.id);
      expect(await speakers.list(theirs.workspaceId)).toEqual([other]);
    });

    it('are made once when a device asks several times at once', async () => {
      const { workspaceId } = await storage().workspace();
      const made = await Promise.all(
        [1, 2, 3].map(() => storage().speakers.ensure(workspaceId, device('headset-1'))),
      );
      expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    });

    it('are known by their device, by the id of the client, and by ours', async () => {
      const { workspaceId } = await storage().workspace();
      const { speakers } = storage();
      const { id } = await speakers.ensure(workspaceId, device('ann@home', 'Ann'));
      const none = { speakerId: null, endUserId: null, metadata: null };
      const identify = (given: Partial<typeof none> | { [key: string]: unknown }) =>
        speakers.identify(workspaceId, { ...none, ...given });
      expect(await identify({ speakerId: id, endUserId: 'ann@home' })).toEqual({ id, name: 'Ann' });
      expect(await identify({ speakerId: id })).toEqual({ id, name: 'Ann' });
      expect(await identify({ endUserId: 'ann@home' })).toEqual({ id: 'ann@home', name: 'Ann' });
      const ofAnother = { id: 'of-another-server', name: null };
      expect(await identify({ speakerId: ofAnother.id })).toEqual(ofAnother);
      expect(await speakers.find(workspaceId, ofAnother.id)).toMatchObject({ name: null });
      expect(await identify({})).toEqual({ id: null, name: null });
      expect(await identify({ endUserId: 'new', metadata: { name: ' Ben ' } })).toEqual({
        id: 'new',
        name: 'Ben',
      });
      expect(await speakers.list(workspaceId)).toMatchObject([
        ...[{ name: 'Ann' }, { deviceId: ofAnother.id }, { name: 'Ben' }],
      ]);
    });

    it('are deleted with all that they said, and nothing of others', async () => {
      const { speakers, conversations, sessions, turns } = storage();
      const { workspaceId, characterId } = await storage().workspace();
      const { id } = await speakers.ensure(workspaceId, device('ann'));
      const open = async (endUserId: string) => {
        const { id: conversationId } = await conversations.open({
          ...{ workspaceId, characterId, endUserId },
        });
        // Ann opens the room, whoever the conversation is with.
        const settings = SessionSettings.parse({ end_user_id: 'ann', speaker_id: id });
        const session = await sessions.open(aSession({ workspaceId, conversationId, settings }));
        return { conversationId, sessionId: session.id };
      };
      const [hers, his] = [await open('ann'), await open('ben')];
      const said = (name: string) =>
        aTurn({ speaker: { identity: `human:${name}`, speakerId: name, speakerName: name } });
      await turns.append(hers.sessionId, said('ann'));
      await turns.append(his.sessionId, said('ann'));
      const kept = said('ben');
      await turns.append(his.sessionId, kept);
      await storage().participants.admit({
        ...{ sessionId: his.sessionId, id: randomUUID(), most: 2, at: new Date() },
        remembered: true,
        ...{ participant: { identity: 'human:ann', speakerId: 'ann', speakerName: 'Ann' } },
        heldSince: new Date(0),
      });
      await speakers.delete(workspaceId, id);
      const history = (conversationId: string) =>
        turns.history({ workspaceId, conversationId }, 10);
      expect(await history(hers.conversationId)).toEqual([]);
      expect(await history(his.conversationId)).toEqual([kept]);
      expect(await speakers.list(workspaceId)).toEqual([]);
      const { db } = storage().database;
      const [place] = await db
        .select()
        .from(participants)
        .where(eq(participants.sessionId, his.sessionId));
      expect(place).toMatchObject({ speakerId: null, speakerName: null });
      expect((await sessions.get(his.sessionId))?.settings).toMatchObject({
        ...{ end_user_id: null, speaker_id: null, connection_type: 'audio' },
      });
      await expect(turns.append(hers.sessionId, said('ann'))).rejects.toMatchObject({
        status: 404,
      });
    });

    it('are deleted with what is kept of them under an id that no speaker has', async () => {
      const { speakers, sessions, turns, recollecting } = storage();
      const of = await storage().conversation();
      const { workspaceId, characterId } = of;
      const zoe = { workspaceId, characterId, personId: 'zoe' };
      const fact = { key: null, text: 'The user likes tea.', importance: 2, saidAt: new Date() };
      await recollecting.memories.keep(zoe, [fact]);
      await speakers.delete(workspaceId, 'zoe');
      expect(await recollecting.memories.foremost(zoe, 1)).toEqual([]);
      const session = await sessions.open(aSession(of));
      const speaker = { identity: 'human:zoe', speakerId: 'zoe', speakerName: null };
      await turns.append(session.id, aTurn({ speaker }));
      await speakers.delete(workspaceId, 'zoe');
      expect(await turns.history(of, 10)).toEqual([]);
      await expect(speakers.delete(workspaceId, 'zoe')).rejects.toThrow(SpeakerNotFound);
    });

    it('are one person from before they first come', async () => {
      const { workspaceId } = await storage().workspace();
      const { speakers } = storage();
      const before = await speakers.personToBe(workspaceId, 'zoe');
      expect(await speakers.personToBe(workspaceId, 'zoe')).toBe(before);
      await speakers.identify(workspaceId, { speakerId: null, endUserId: 'zoe', metadata: null });
      expect(await speakers.personOf(workspaceId, 'zoe')).toBe(before);
    });

    it('are deleted by the client’s own id too, and only in their workspace', async () => {
      const [mine, theirs] = [await storage().workspace(), await storage().workspace()];
      const { speakers } = storage();
      const deviceId = randomUUID();
      const { id } = await speakers.ensure(mine.workspaceId, device(deviceId));
      for (const given of [id, deviceId, 'no-id', "'; --"])
        await expect(speakers.delete(theirs.workspaceId, given)).rejects.toThrow(SpeakerNotFound);
      await speakers.delete(mine.workspaceId, deviceId);
      await expect(speakers.delete(mine.workspaceId, id)).rejects.toThrow(SpeakerNotFound);
    });
  });
}
