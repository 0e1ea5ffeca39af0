import { access, cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { inject } from 'vitest';
import { openDatabase } from '../../src/db/open.ts';
import { silentLog } from '../../src/telemetry/log.ts';

/** What openPglite keeps its files in, in a data folder. */
const clusterName = 'pglite';

/**
 * Puts an empty database with today's tables into a data folder, as a first start leaves it.
 * Copied: PGlite takes four seconds or more to make one, and half a second to open it.
 */
export async function fillDataDir(dataDir: string): Promise<void> {
  await cp(await template(), join(dataDir, clusterName), { recursive: true });
}

/** The cluster that all of this run copy. Nobody opens it, so that it stays as it is. */
async function template(): Promise<string> {
  const folder = inject('databaseTemplateDir');
  const made = join(folder, clusterName);
  if (await exists(made)) return made;
  const making = await mkdtemp(join(folder, 'making-'));
  const migrationsDir = resolve('drizzle');
  const database = await openDatabase({ dataDir: making, migrationsDir, log: silentLog });
  await database.close();
  try {
    // It is there at once and complete, or not at all.
    await rename(join(making, clusterName), made);
  } catch (error) {
    // Another file, which made one at the same time, was first.
    if (!(await exists(made))) throw error;
  }
  await rm(making, { recursive: true, force: true });
  return made;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
