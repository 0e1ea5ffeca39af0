import { sql } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { characterMcpServers, mcpServers } from '../db/schema.ts';

/** A character uses the servers of another: they are the workspace's, and their headers stay sealed. */
export async function copyAttachments(
  db: Db,
  workspaceId: string,
  { from, to }: { from: string; to: string },
): Promise<void> {
  await db.execute(sql`insert into ${characterMcpServers} (character_id, server_id)
    select ${to}::uuid, s.id from ${mcpServers} s
    join ${characterMcpServers} c on c.server_id = s.id
    where s.workspace_id = ${workspaceId}::uuid and c.character_id = ${from}::uuid
    on conflict do nothing`);
}
