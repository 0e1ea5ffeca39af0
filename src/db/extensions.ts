import { sql } from 'drizzle-orm';
import * as z from 'zod';
import type { Log } from '../telemetry/log.ts';
import type { Db } from './db.ts';
import { rowsOf } from './rows.ts';

/** pg_trgm searches text of any language, Chinese too; vector compares meanings. */
const wanted = ['pg_trgm', 'vector'] as const;
const Extension = z.object({ name: z.string(), installed: z.boolean() });

/**
 * Makes the extensions that the database server offers; what it does not offer is named in the log and left out, since
 * conversations need none of them.
 * @returns those that are there
 */
export async function ensureExtensions(db: Db, log: Log): Promise<Set<string>> {
  const offered = rowsOf(
    Extension,
    await db.execute(
      sql`select name, installed_version is not null as installed from pg_available_extensions where name in ${wanted}`,
    ),
  );
  for (const { name, installed } of offered) {
    if (!installed) await db.execute(sql`create extension if not exists ${sql.identifier(name)}`);
  }
  const present = new Set(offered.map(({ name }) => name));
  for (const name of wanted) {
    if (!present.has(name)) log.warn({ extension: name }, 'database extension not available');
  }
  return present;
}
