import type { Log } from '../telemetry/log.ts';
import type { Database } from './db.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

export type DatabaseOptions = {
  /** `postgres://…`; undefined means PGlite in the data folder. */
  url?: string | undefined;
  /** Made when missing, for the owner alone. */
  dataDir: string;
  /** The folder that drizzle-kit writes. */
  migrationsDir: string;
  log: Log;
};

/**
 * Opens the database and brings its tables to today's shape.
 * @throws {DataFolderInUse} when another process has the PGlite folder open; the driver's error when PostgreSQL cannot
 * be reached or a migration fails
 */
export function openDatabase({
  url,
  dataDir,
  migrationsDir,
  log,
}: DatabaseOptions): Promise<Database> {
  return url === undefined
    ? openPglite({ dataDir, migrationsDir, log })
    : openPostgres({ url, migrationsDir, log });
}
