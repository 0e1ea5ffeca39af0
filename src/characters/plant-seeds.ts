import type { Db } from '../db/db.ts';
import { facts } from '../db/schema.ts';
import { Characters } from './characters.ts';
import { firstTen } from './gallery-first.ts';
import { secondTen } from './gallery-second.ts';
import { galleryDraft } from './gallery-seed.ts';
import { seeds } from './seeds.ts';

export const gallery = [...firstTen, ...secondTen];

/**
 * Gives a workspace the characters to begin with, once: that it was done is remembered, so whoever deletes one has
 * deleted it. Call it in the transaction that makes the workspace.
 */
export async function plantSeeds(db: Db, workspaceId: string): Promise<void> {
  const [first] = await db
    .insert(facts)
    .values({ name: `seeds.${workspaceId}`, value: [...seeds, ...gallery].map(({ name }) => name) })
    .onConflictDoNothing()
    .returning({ name: facts.name });
  if (!first) return;
  const characters = new Characters(db);
  for (const seed of seeds) await characters.create(workspaceId, seed);
  for (const seed of gallery) await characters.create(workspaceId, galleryDraft(seed));
}
