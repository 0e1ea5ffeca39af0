import { getTableColumns, sql } from 'drizzle-orm';
import * as z from 'zod';
import { characters, conversations } from '../db/schema.ts';
import { CharacterRecord } from './character-record.ts';

/** What a record is read from. The tables are spelled out: drizzle leaves them out where only one is selected from. */
export const withInteraction = {
  ...getTableColumns(characters),
  lastInteractedAt: sql<unknown>`(select max(c.updated_at) from ${conversations} c
    where c.workspace_id = "characters"."workspace_id" and c.character_id = "characters"."id")`,
};

/** Raw expressions come as the driver has them: a Date, or PostgreSQL's text. */
const WhenAny = z.union([z.date(), z.string().transform((text) => new Date(text)), z.null()]);

export function asRecord(row: { lastInteractedAt: unknown }): CharacterRecord {
  const lastInteractedAt = WhenAny.parse(row.lastInteractedAt);
  return CharacterRecord.parse({ ...row, character: row, lastInteractedAt });
}
