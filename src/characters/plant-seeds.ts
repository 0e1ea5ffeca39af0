import { eq } from 'drizzle-orm';
import * as z from 'zod';
import type { Db } from '../db/db.ts';
import { characters as characterRows, facts, workspaces } from '../db/schema.ts';
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

const Planted = z.array(z.string());

/**
 * Gives workspaces that were made by an older version the characters of the gallery that have come since, once: those
 * that were planted before are remembered by name, and stay away where they were deleted. A number that is taken is
 * left to whoever has it.
 */
export async function plantMissing(db: Db): Promise<void> {
  const all = await db.select({ id: workspaces.id }).from(workspaces);
  for (const { id } of all) await db.transaction((tx) => plantMissingIn(tx, id));
}

async function plantMissingIn(db: Db, workspaceId: string): Promise<void> {
  const name = `seeds.${workspaceId}`;
  const [fact] = await db.select().from(facts).where(eq(facts.name, name)).for('update');
  if (!fact) return plantSeeds(db, workspaceId);
  const planted = Planted.parse(fact.value);
  const missing = gallery.filter((seed) => !planted.includes(seed.name));
  if (missing.length === 0) return;
  const rows = await db
    .select({ number: characterRows.number })
    .from(characterRows)
    .where(eq(characterRows.workspaceId, workspaceId));
  const taken = new Set(rows.map(({ number }) => number));
  const characters = new Characters(db);
  for (const seed of missing)
    if (!taken.has(seed.number)) await characters.create(workspaceId, galleryDraft(seed));
  const value = [...planted, ...missing.map((seed) => seed.name)];
  await db.update(facts).set({ value }).where(eq(facts.name, name));
}
