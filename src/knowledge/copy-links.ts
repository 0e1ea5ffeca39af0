import { sql } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { knowledgeLinks } from '../db/schema.ts';

/** A character answers from the documents of another: they are the workspace's, and none is copied. */
export async function copyDocumentLinks(
  db: Db,
  workspaceId: string,
  { from, to }: { from: string; to: string },
): Promise<void> {
  await db.execute(sql`insert into ${knowledgeLinks} (workspace_id, character_id, document_id)
    select l.workspace_id, ${to}::uuid, l.document_id from ${knowledgeLinks} l
    where l.workspace_id = ${workspaceId}::uuid and l.character_id = ${from}::uuid
    on conflict do nothing`);
}
