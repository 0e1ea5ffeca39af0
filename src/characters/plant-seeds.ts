import type { Db } from '../db/db.ts';
import { facts } from '../db/schema.ts';
import { Characters } from './characters.ts';
import { seeds } from './seeds.ts';

/**
 * Gives a workspace the characters to begin with, once: that it was done is remembered, so whoever deletes one has
 * deleted it. Call it in the transaction that makes the workspace.
 */
export async function plantSeeds(db: Db, workspaceId: string): Promise<void> {
  const [first] = await db
    .insert(facts)
    .values({ name: `seeds.${workspaceId}`, value: seeds.map(({ name }) => name) })
    .onConflictDoNothing()
    .returning({ name: facts.name });
  if (!first) return;
  const characters = new Characters(db);
  for (const seed of seeds) await characters.create(workspaceId, seed);
}
