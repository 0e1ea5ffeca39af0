import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { gallery, plantMissing } from '../../../src/characters/plant-seeds.ts';
import { seeds } from '../../../src/characters/seeds.ts';
import { facts } from '../../../src/db/schema.ts';
import { ensureWorkspace } from '../../../src/keys/workspaces.ts';
import type { Storage } from './storage.ts';

export function seedsContract(storage: () => Storage): void {
  describe('the characters to begin with', () => {
    /** A workspace as an older version made it: without a gallery. */
    const older = async () => {
      const { db } = storage().database;
      const id = await ensureWorkspace(db, `old ${randomUUID()}`, async (tx, workspaceId) => {
        const value = seeds.map(({ name }) => name);
        await tx.insert(facts).values({ name: `seeds.${workspaceId}`, value });
      });
      for (const seed of seeds) await storage().characters.create(id, seed);
      return id;
    };
    const numbers = async (workspaceId: string) =>
      (await storage().characters.listed(workspaceId)).map(({ character }) => character.number);

    it('come to workspaces that were made before they were, once, and stay away when deleted', async () => {
      const workspaceId = await older();
      expect(await numbers(workspaceId)).toEqual([]);
      await plantMissing(storage().database.db);
      expect(await numbers(workspaceId)).toEqual(gallery.map(({ number }) => number));
      await storage().characters.delete(workspaceId, 3);
      await plantMissing(storage().database.db);
      expect(await numbers(workspaceId)).not.toContain(3);
      expect(await storage().characters.list(workspaceId)).toHaveLength(seeds.length + 19);
    });

    it('come with what remembers them, and leave a number to whoever has it', async () => {
      const workspaceId = await older();
      await storage().characters.create(workspaceId, { name: 'Own', number: 7 });
      await plantMissing(storage().database.db);
      expect(await storage().characters.get(workspaceId, 7)).toMatchObject({ name: 'Own' });
      const [fact] = await storage()
        .database.db.select()
        .from(facts)
        .where(eq(facts.name, `seeds.${workspaceId}`));
      expect(fact?.value).toEqual([...seeds, ...gallery].map(({ name }) => name));
    });

    it('are not planted a second time where nothing is missing', async () => {
      const { workspaceId } = await storage().workspace();
      await storage().characters.delete(workspaceId, 1);
      await plantMissing(storage().database.db);
      expect(await numbers(workspaceId)).toEqual(gallery.slice(1).map(({ number }) => number));
    });
  });
}
