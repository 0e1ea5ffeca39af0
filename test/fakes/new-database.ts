import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Database } from '../../src/db/db.ts';
import { openDatabase } from '../../src/db/open.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { fillDataDir } from './database-folder.ts';

/** A real one, PGlite with today's tables, in a new folder that goes when it closes. Opening it takes a second. */
export async function newDatabase(): Promise<Database> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-db-'));
  await fillDataDir(dataDir);
  const migrationsDir = resolve('drizzle');
  const database = await openDatabase({ dataDir, migrationsDir, log: silentLog });
  return {
    ...database,
    close: async () => {
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
