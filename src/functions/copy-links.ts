import { sql } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { characterFunctions, functions } from '../db/schema.ts';

/** A character may call what another may: the functions are the workspace's, and what is sealed in them stays sealed. */
export async function copyFunctionLinks(
  db: Db,
  workspaceId: string,
  { from, to }: { from: string; to: string },
): Promise<void> {
  await db.execute(sql`insert into ${characterFunctions} (character_id, function_id)
    select ${to}::uuid, f.id from ${functions} f
    join ${characterFunctions} c on c.function_id = f.id
    where f.workspace_id = ${workspaceId}::uuid and c.character_id = ${from}::uuid
    on conflict do nothing`);
}
