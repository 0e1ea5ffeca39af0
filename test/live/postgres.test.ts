import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../src/db/db.ts';
import { openDatabase } from '../../src/db/open.ts';
import { facts } from '../../src/db/schema.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { storageContract } from '../contracts/storage/storage.ts';
import { TestPostgres } from './start-postgres.ts';

let postgres: TestPostgres | undefined;
beforeAll(async () => {
  postgres = await TestPostgres.make();
  await postgres.start();
});
afterAll(async () => postgres?.close());

function running(): TestPostgres {
  if (!postgres) throw new Error('PostgreSQL is not running');
  return postgres;
}

function open(url = running().url): Promise<Database> {
  const migrationsDir = resolve('drizzle');
  return openDatabase({ url, dataDir: '/nowhere', migrationsDir, log: silentLog });
}

describe('PostgreSQL', () => {
  it('is waited for while it starts, and migrated once by servers that start together', async () => {
    await running().stop();
    const opening = [open(), open(), open()];
    await running().start();
    const opened = await Promise.all(opening);
    await Promise.all(opened.map((database) => database.ping()));
    await Promise.all(opened.map((database) => database.close()));
  });

  it('may be restarted below a running server', async () => {
    const database = await open();
    await database.db.insert(facts).values({ name: 'kept', value: true });
    await running().stop();
    await expect(database.ping()).rejects.toThrow();
    await running().start();
    await vi.waitFor(() => database.ping(), { timeout: 90_000, interval: 100 });
    expect(await database.db.select().from(facts)).toMatchObject([{ name: 'kept' }]);
    await database.close();
  });

  it('is not waited for under a name that it does not have', async () => {
    const url = running().url.replace(/postgres$/, 'missing');
    await expect(open(url)).rejects.toMatchObject({ code: '3D000' });
  });
});

storageContract('PostgreSQL', open);
