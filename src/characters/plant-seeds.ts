import type { Db } from '../db/db.ts';
import { characters, facts } from '../db/schema.ts';
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
  const nowMs = Date.now();
  // A millisecond apart, so that lists keep the order of the seeds.
  const rows = seeds.map((seed, i) => ({ ...seed, workspaceId, createdAt: new Date(nowMs + i) }));
  await db.insert(characters).values(rows);
}
