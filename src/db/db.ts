import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Closable } from '../lifetime/scope.ts';
import type * as schema from './schema.ts';

/** What the nouns work with: the database, or a transaction in it; PGlite and PostgreSQL alike. */
export type Db = PgDatabase<PgQueryResultHKT, typeof schema>;

/** An open database with today's tables. */
export interface Database extends Closable {
  readonly db: Db;
  readonly kind: 'pglite' | 'postgres';
  /** Extensions that are there. */
  readonly extensions: ReadonlySet<string>;
  /** Resolves when the database answers. @throws its error, or the driver's timeout */
  ping(): Promise<void>;
  close(): Promise<void>;
}
