import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { apiKeys, workspaces } from '../../../src/db/schema.ts';
import { makeKey } from '../../../src/keys/api-key.ts';
import type { Storage } from './storage.ts';

export function keysContract(storage: () => Storage): void {
  describe('keys', () => {
    it('recognises a key that it made, and no other', async () => {
      const { keys } = storage();
      const made = await keys.create({ name: 'game', workspace: `w ${randomUUID()}` });
      expect(await keys.verify(made.key)).toMatchObject({ keyId: made.id });
      expect(await keys.verify(`${made.key}x`)).toBeUndefined();
      expect(await keys.verify(makeKey())).toBeUndefined();
      expect(await keys.verify('')).toBeUndefined();
    });

    it('stores nothing from which a key could be had', async () => {
      const { keys, database } = storage();
      const { key } = await keys.create({ name: 'game', workspace: 'default' });
      const rows = JSON.stringify(await database.db.select().from(apiKeys));
      expect(rows).not.toContain(key);
      expect(rows).not.toContain(key.slice(0, 20));
    });

    it('refuses a revoked key at once, and revokes it once', async () => {
      const { keys } = storage();
      const { key, id } = await keys.create({ name: 'game', workspace: 'default' });
      expect(await keys.verify(key)).toBeDefined();
      expect(await keys.revoke(id)).toBe(true);
      expect(await keys.verify(key)).toBeUndefined();
      expect(await keys.revoke(id)).toBe(false);
    });

    it('answers that an id which is no id names no key', async () => {
      expect(await storage().keys.revoke("'; drop table api_keys; --")).toBe(false);
    });

    it('lists keys with their workspace and without the key', async () => {
      const { keys } = storage();
      const workspace = `w ${randomUUID()}`;
      const { key, ...listed } = await keys.create({ name: 'game', workspace });
      expect(listed).toMatchObject({ name: 'game', workspace, revokedAt: null });
      expect(await keys.list()).toContainEqual(listed);
      expect(JSON.stringify(await keys.list())).not.toContain(key);
    });

    it('makes one workspace when several keys for it are made at once', async () => {
      const { keys, database } = storage();
      const workspace = `w ${randomUUID()}`;
      const made = await Promise.all(
        ['a', 'b', 'c'].map((name) => keys.create({ name, workspace })),
      );
      const holders = await Promise.all(made.map(({ key }) => keys.verify(key)));
      expect(new Set(holders.map((holder) => holder?.workspaceId)).size).toBe(1);
      const names = (await database.db.select().from(workspaces)).map(({ name }) => name);
      expect(names.filter((name) => name === workspace)).toHaveLength(1);
    });

    it('lets the first key in, start after start, and forgets the one it replaced', async () => {
      const { keys } = storage();
      const [before, after] = [makeKey(), makeKey()];
      await keys.ensureFirstKey(before);
      const again = await keys.ensureFirstKey(before);
      expect(await keys.verify(before)).toMatchObject({ workspaceId: again.workspaceId });
      await keys.ensureFirstKey(after);
      expect(await keys.verify(before)).toBeUndefined();
      expect(await keys.verify(after)).toMatchObject({ workspaceId: again.workspaceId });
    });

    it('keeps a first key revoked that was revoked', async () => {
      const { keys } = storage();
      const key = makeKey();
      expect((await keys.ensureFirstKey(key)).revoked).toBe(false);
      const holder = await keys.verify(key);
      await keys.revoke(holder?.keyId ?? '');
      expect((await keys.ensureFirstKey(key)).revoked).toBe(true);
      expect(await keys.verify(key)).toBeUndefined();
    });
  });
}
