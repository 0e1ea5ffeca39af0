import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { UnknownSession } from '../../../src/chats/voice-sessions.ts';
import { voiceSessions } from '../../../src/db/schema.ts';
import { untouchedContext } from '../../../src/protocol/client-context.ts';
import { SessionSettings } from '../../../src/protocol/connect.ts';
import { aSession, type Storage } from './storage.ts';

export function voiceSessionsContract(storage: () => Storage): void {
  describe('voice sessions', () => {
    const isListed = async (id: string) =>
      (await storage().sessions.listOpen()).some((session) => session.id === id);

    it('gives back what was stored, under the id of its maker', async () => {
      const { workspaceId, characterId, conversationId } = await storage().conversation();
      const settings = SessionSettings.parse({ dynamic_info: { text: 'It rains.' } });
      const asked = aSession({ workspaceId, conversationId, settings });
      const opened = await storage().sessions.open(asked);
      expect(opened).toMatchObject({ ...asked, characterId, joinedAt: null, endedAt: null });
      expect(await storage().sessions.get(asked.id)).toEqual(opened);
      expect(await storage().sessions.openByRoom(asked.roomName)).toEqual(opened);
    });

    it('stores one session when it is opened twice', async () => {
      const { workspaceId, conversationId } = await storage().conversation();
      const asked = aSession({ workspaceId, conversationId });
      const first = await storage().sessions.open(asked);
      expect(await storage().sessions.open(asked)).toEqual(first);
    });

    it('opens none in a conversation of another workspace', async () => {
      const { conversationId } = await storage().conversation();
      const { workspaceId } = await storage().workspace();
      const opening = storage().sessions.open(aSession({ workspaceId, conversationId }));
      await expect(opening).rejects.toThrow(UnknownSession);
    });

    it('opens none under the id of a session of another conversation', async () => {
      const { id } = await storage().session();
      await expect(storage().session({ id })).rejects.toThrow(UnknownSession);
    });

    it('keeps the first time the client was seen', async () => {
      const { id } = await storage().session();
      const first = new Date('2026-01-01T00:00:00Z');
      await storage().sessions.markJoined(id, first);
      await storage().sessions.markJoined(id, new Date());
      expect((await storage().sessions.get(id))?.joinedAt).toEqual(first);
    });

    it('ends once, and is then neither listed nor found by its room', async () => {
      const { id, roomName } = await storage().session();
      expect(await isListed(id)).toBe(true);
      expect(await storage().sessions.end(id, 'client_left')).toBe(true);
      expect(await storage().sessions.end(id, 'failed')).toBe(false);
      expect(await isListed(id)).toBe(false);
      expect(await storage().sessions.openByRoom(roomName)).toBeUndefined();
    });

    it('opens again for a client that comes late, while its token holds', async () => {
      const { id, roomName, createdAt } = await storage().session();
      await storage().sessions.end(id, 'never_joined');
      const [before, after] = [-1, 1].map((ms) => new Date(createdAt.getTime() + ms));
      expect(await storage().sessions.openByRoom(roomName, after)).toBeUndefined();
      expect(await storage().sessions.openByRoom(roomName, before)).toMatchObject({ id });
      await storage().sessions.markJoined(id);
      expect(await isListed(id)).toBe(true);
    });

    it('does not open again after another end', async () => {
      const { id, roomName } = await storage().session();
      await storage().sessions.markJoined(id);
      await storage().sessions.end(id, 'client_left');
      await storage().sessions.markJoined(id);
      expect(await isListed(id)).toBe(false);
      expect(await storage().sessions.openByRoom(roomName, new Date(0))).toBeUndefined();
    });

    it('keeps what its client changed, the newest in place of the one before', async () => {
      const { id, roomName } = await storage().session();
      expect((await storage().sessions.get(id))?.context).toBeNull();
      const context = { ...untouchedContext, updates: ['It rains.'], templateKeys: { a: 'b' } };
      await storage().sessions.keepContext(id, context);
      await storage().sessions.keepContext(id, { ...context, revision: 2 });
      const kept = { ...context, revision: 2 };
      expect((await storage().sessions.openByRoom(roomName))?.context).toEqual(kept);
    });

    it('is opened all the same when what was kept is of no shape it knows', async () => {
      const { id } = await storage().session();
      const { db } = storage().database;
      await db
        .update(voiceSessions)
        .set({ context: { of: 'the future' } })
        .where(eq(voiceSessions.id, id));
      expect((await storage().sessions.get(id))?.context).toBeNull();
    });

    it.each([randomUUID(), 'no-id'])('says that %j is unknown', async (id) => {
      const { sessions } = storage();
      expect(await sessions.get(id)).toBeUndefined();
      await expect(sessions.markJoined(id)).rejects.toThrow(UnknownSession);
      await expect(sessions.end(id, 'failed')).rejects.toThrow(UnknownSession);
      await expect(sessions.keepContext(id, untouchedContext)).rejects.toThrow(UnknownSession);
    });
  });
}
