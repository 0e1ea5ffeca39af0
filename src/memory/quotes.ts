import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { conversations, turns } from '../db/schema.ts';

/** Ids in one statement. */
const atOnce = 500;

/**
 * Turn records say what an answer was made from. What was forgotten since is taken out of them.
 * @param memoryIds of facts that are no more
 */
export async function forgetQuotes(
  db: Db,
  workspaceId: string,
  memoryIds: readonly string[],
): Promise<void> {
  const ofWorkspace = db
    .select({ id: conversations.id })
    .from(conversations)
    .where(eq(conversations.workspaceId, workspaceId));
  for (let from = 0; from < memoryIds.length; from += atOnce) {
    const ids = sql.param(memoryIds.slice(from, from + atOnce));
    const isForgotten = sql`one->>'source' = 'memory' and one->>'id' = any(${ids}::text[])`;
    const each = sql`jsonb_array_elements(${turns.material}) as one`;
    await db
      .update(turns)
      .set({
        material: sql`(select coalesce(jsonb_agg(one), '[]') from ${each} where not (${isForgotten}))`,
      })
      .where(
        and(
          inArray(turns.conversationId, ofWorkspace),
          sql`jsonb_typeof(${turns.material}) = 'array'`,
          sql`exists (select 1 from ${each} where ${isForgotten})`,
        ),
      );
  }
}
