import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { ConversationRefused } from '../../../src/chats/conversations.ts';
import { conversations } from '../../../src/db/schema.ts';
import type { Storage } from './storage.ts';

export function conversationsContract(storage: () => Storage): void {
  describe('conversations', () => {
    const endUserId = 'player-7';

    it('begins a new one when no id is given', async () => {
      const workspace = await storage().workspace();
      const a = await storage().conversations.open({ ...workspace, endUserId });
      const b = await storage().conversations.open({
        ...workspace,
        endUserId,
        characterSessionId: null,
      });
      expect([a.isNew, b.isNew]).toEqual([true, true]);
      expect(a.id).not.toBe(b.id);
    });

    it('continues the one that is named, in whatever case its id is spelled', async () => {
      const { conversationId, ...workspace } = await storage().conversation();
      for (const characterSessionId of [conversationId, conversationId.toUpperCase()]) {
        expect(
          await storage().conversations.open({ ...workspace, endUserId, characterSessionId }),
        ).toMatchObject({ id: conversationId, isNew: false });
      }
    });

    it('refuses the id of another character', async () => {
      const { conversationId, workspaceId, otherCharacterId } = await storage().conversation();
      const opening = storage().conversations.open({
        workspaceId,
        characterId: otherCharacterId,
        endUserId,
        characterSessionId: conversationId,
      });
      await expect(opening).rejects.toThrow(ConversationRefused);
    });

    it('refuses the id of another workspace', async () => {
      const { conversationId } = await storage().conversation();
      const other = await storage().workspace();
      const opening = storage().conversations.open({
        ...other,
        endUserId,
        characterSessionId: conversationId,
      });
      await expect(opening).rejects.toMatchObject({ status: 404 });
    });

    it('begins one under an id that nobody has, so that a kept id works again after a loss', async () => {
      const workspace = await storage().workspace();
      const characterSessionId = randomUUID();
      const open = () =>
        storage().conversations.open({ ...workspace, endUserId, characterSessionId });
      expect(await open()).toMatchObject({ id: characterSessionId, isNew: true });
      expect(await open()).toMatchObject({ id: characterSessionId, isNew: false });
    });

    it('takes an id of another form for the same conversation every time, and only here', async () => {
      const workspace = await storage().workspace();
      const { workspaceId, otherCharacterId } = workspace;
      const open = (where: { workspaceId: string; characterId: string }) =>
        storage().conversations.open({ ...where, endUserId, characterSessionId: 'player\0 1 ü' });
      const first = await open(workspace);
      expect(await open(workspace)).toMatchObject({ id: first.id, isNew: false });
      expect(await open({ workspaceId, characterId: otherCharacterId })).toMatchObject({
        isNew: true,
      });
      expect(await open(await storage().workspace())).toMatchObject({ isNew: true });
    });

    it('is found as it was by a mere visit, and tells when it began', async () => {
      const { conversationId, ...workspace } = await storage().conversation();
      const rowOf = async () => {
        const { db } = storage().database;
        const rows = await db
          .select()
          .from(conversations)
          .where(eq(conversations.id, conversationId));
        return rows[0];
      };
      const before = await rowOf();
      const visit = { ...workspace, endUserId, characterSessionId: conversationId, isVisit: true };
      const { createdAt } = await storage().conversations.open(visit);
      expect(createdAt).toEqual(before?.createdAt);
      expect(await rowOf()).toEqual({ ...before, endUserId });
    });

    it('begins one only when an unknown id comes twice at once', async () => {
      const workspace = await storage().workspace();
      const request = { ...workspace, endUserId, characterSessionId: randomUUID() };
      const opened = await Promise.all([1, 2, 3].map(() => storage().conversations.open(request)));
      expect(opened.filter(({ isNew }) => isNew)).toHaveLength(1);
    });

    it('keeps the first end user, and takes one up when it had none', async () => {
      const { conversationId, ...workspace } = await storage().conversation();
      const endUserOf = async () => {
        const { db } = storage().database;
        const rows = await db
          .select()
          .from(conversations)
          .where(eq(conversations.id, conversationId));
        return rows[0]?.endUserId;
      };
      const open = (endUser: string | null) =>
        storage().conversations.open({
          ...workspace,
          endUserId: endUser,
          characterSessionId: conversationId,
        });
      await open(null);
      expect(await endUserOf()).toBeNull();
      await open('first');
      await open('second');
      expect(await endUserOf()).toBe('first');
    });
  });
}
