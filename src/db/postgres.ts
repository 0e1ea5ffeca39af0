import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Client, Pool } from 'pg';
import { sleep, systemClock } from '../lifetime/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { Database } from './db.ts';
import { ensureExtensions } from './extensions.ts';
import * as schema from './schema.ts';

export type PostgresOptions = { url: string; migrationsDir: string; log: Log };

const limits = {
  connections: 10,
  connectMs: 5_000,
  /** Longer than any statement here takes on a loaded server; a stuck one must not hold a connection for ever. */
  statementMs: 15_000,
  /** Containers start together: how long a database may take to come up before the start fails. */
  startMs: 30_000,
  retryMs: 1_000,
} as const;

/** Any number, the same in all versions: servers that start together migrate one after the other. */
const migrationLock = 7_260_421;

export async function openPostgres({
  url,
  migrationsDir,
  log,
}: PostgresOptions): Promise<Database> {
  const extensions = await prepare(await firstConnection(url, log), migrationsDir, log);
  const pool = new Pool({
    connectionString: url,
    max: limits.connections,
    connectionTimeoutMillis: limits.connectMs,
    statement_timeout: limits.statementMs,
    query_timeout: limits.statementMs + limits.connectMs,
    application_name: 'parley',
  });
  // An idle connection that breaks (a database restart) is replaced by the pool; without a listener it would end us.
  pool.on('error', (err) => log.warn({ err }, 'idle database connection broke'));
  return {
    db: drizzle({ client: pool, schema }),
    kind: 'postgres',
    extensions,
    async ping() {
      await pool.query('select 1');
    },
    close: () => pool.end(),
  };
}

/** Waits for a database that is starting. A wrong password or name is not waited for. */
async function firstConnection(url: string, log: Log): Promise<Client> {
  const giveUpMs = systemClock.nowMs() + limits.startMs;
  for (;;) {
    // No limit for statements: a migration, or waiting for another server's, may take its time.
    const client = new Client({
      connectionString: url,
      connectionTimeoutMillis: limits.connectMs,
      application_name: 'parley migrations',
    });
    try {
      await client.connect();
      return client;
    } catch (cause) {
      if (!isStarting(cause) || systemClock.nowMs() >= giveUpMs) throw cause;
      log.info({ reason: codeOf(cause) }, 'waiting for the database');
      await sleep(systemClock, limits.retryMs);
    }
  }
}

/** 57P03 is PostgreSQL's `cannot_connect_now`. */
const startingCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', '57P03']);
const isStarting = (cause: unknown) => startingCodes.has(codeOf(cause) ?? '');

function codeOf(cause: unknown): string | undefined {
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string')
    return cause.code;
  return undefined;
}

async function prepare(client: Client, migrationsDir: string, log: Log): Promise<Set<string>> {
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    const db = drizzle({ client, schema });
    const extensions = await ensureExtensions(db, log);
    await migrate(db, { migrationsFolder: migrationsDir });
    return extensions;
  } finally {
    // The lock ends with the connection.
    await client.end();
  }
}
