import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { plantSeeds } from '../../../src/characters/plant-seeds.ts';
import { seeds } from '../../../src/characters/seeds.ts';
import { characters } from '../../../src/db/schema.ts';
import type { Storage } from './storage.ts';

export function charactersContract(storage: () => Storage): void {
  describe('characters', () => {
    it('gives a new workspace the seeded ones, in order', async () => {
      const { workspaceId } = await storage().workspace();
      const listed = await storage().characters.list(workspaceId);
      expect(listed).toEqual(seeds.map((seed) => ({ ...seed, id: expect.any(String) as unknown })));
    });

    it('does not bring back one that was deleted', async () => {
      const { workspaceId, characterId } = await storage().workspace();
      const { db } = storage().database;
      await db.delete(characters).where(eq(characters.id, characterId));
      await plantSeeds(db, workspaceId);
      expect(await storage().characters.list(workspaceId)).toHaveLength(seeds.length - 1);
    });

    it('finds one by its id, in its own workspace only', async () => {
      const mine = await storage().workspace();
      const theirs = await storage().workspace();
      const { characters: found } = storage();
      expect(await found.get(mine.workspaceId, mine.characterId)).toMatchObject({
        id: mine.characterId,
        name: seeds[0]?.name,
      });
      expect(await found.get(theirs.workspaceId, mine.characterId)).toBeUndefined();
    });

    it.each([randomUUID(), '', 'no-id', "' or 1=1", '\0', 'ü'.repeat(1_000)])(
      'finds none for %j',
      async (id) => {
        const { workspaceId } = await storage().workspace();
        expect(await storage().characters.get(workspaceId, id)).toBeUndefined();
      },
    );
  });
}
