import { eq } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { workspaces } from '../db/schema.ts';

/** The workspace of the first key, and of the playground on loopback. */
export const defaultWorkspace = 'default';

/** Runs in the transaction that makes a workspace: what every new one begins with. */
export type OnWorkspaceMade = (db: Db, workspaceId: string) => Promise<void>;

/** Finds the workspace of this name or makes it. Safe when two callers make the same one. @returns its id */
export async function ensureWorkspace(
  db: Db,
  name: string,
  onMade: OnWorkspaceMade,
): Promise<string> {
  return db.transaction(async (tx) => {
    const [made] = await tx
      .insert(workspaces)
      .values({ name })
      .onConflictDoNothing()
      .returning({ id: workspaces.id });
    if (made) {
      await onMade(tx, made.id);
      return made.id;
    }
    const [found] = await tx
      .select({ id: workspaces.id })
      .from(workspaces)
      .where(eq(workspaces.name, name));
    if (!found) throw new Error('workspace neither made nor found');
    return found.id;
  });
}
