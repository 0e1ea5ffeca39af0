import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { vector } from '@electric-sql/pglite-pgvector';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { Scope } from '../lifetime/scope.ts';
import type { Log } from '../telemetry/log.ts';
import type { Database } from './db.ts';
import { ensureExtensions } from './extensions.ts';
import { lockFolder } from './folder-lock.ts';
import * as schema from './schema.ts';

export type PgliteOptions = { dataDir: string; migrationsDir: string; log: Log };

/** PostgreSQL as WebAssembly in this process, its files in `<dataDir>/pglite`. @throws {DataFolderInUse} */
export async function openPglite({
  dataDir,
  migrationsDir,
  log,
}: PgliteOptions): Promise<Database> {
  const scope = new Scope('database', (child, cause) => {
    log.error({ err: cause, child }, 'closing the database failed');
  });
  try {
    await scope.own('folder lock', lockFolder(dataDir));
    const folder = join(dataDir, 'pglite');
    const isNew = await setAsideUnfinished(folder, log);
    // PGlite's files are open to every user of the machine; the folder is not.
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // relaxedDurability false: a statement is answered only after its rows were written to the files.
    const opening = PGlite.create({
      dataDir: folder,
      extensions: { pg_trgm, vector },
      relaxedDurability: false,
    });
    const client = await scope.own('pglite', opening);
    const db = drizzle({ client, schema });
    const extensions = await ensureExtensions(db, log);
    await migrate(db, { migrationsFolder: migrationsDir });
    if (isNew) await writeFile(join(folder, readyMark), '');
    return {
      db,
      kind: 'pglite',
      extensions,
      async ping() {
        await client.query('select 1');
      },
      close: () => scope.close(),
    };
  } catch (cause) {
    await scope.close();
    throw cause;
  }
}

/** Written into the folder when its first start was complete. */
const readyMark = 'parley-ready';

/**
 * A first start that was killed while it wrote the cluster leaves files that PostgreSQL cannot open, and nothing of
 * anyone's in them. They are moved away, not deleted, and the start begins anew.
 * @returns whether the folder is to be made
 */
async function setAsideUnfinished(folder: string, log: Log): Promise<boolean> {
  if (!(await exists(folder))) return true;
  if (await exists(join(folder, readyMark))) return false;
  const aside = `${folder}.unfinished-${Date.now()}`;
  await rename(folder, aside);
  log.warn({ folder, movedTo: aside }, 'unfinished database folder set aside');
  return true;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
