import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataFolderInUse } from '../../src/db/folder-lock.ts';
import { openDatabase } from '../../src/db/open.ts';
import { facts } from '../../src/db/schema.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { storageContract } from '../contracts/storage/storage.ts';
import { newDatabase } from '../fakes/new-database.ts';

storageContract('PGlite', newDatabase);

describe('PGlite in a data folder', () => {
  let folder = '';
  const open = (migrationsDir = resolve('drizzle')) =>
    openDatabase({ dataDir: folder, migrationsDir, log: silentLog });
  // Making a cluster takes seconds: the tests go on with the folder that the first of them makes.
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-db-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('starts anew beside files that a killed first start left unfinished', async () => {
    await mkdir(join(folder, 'pglite', 'base'), { recursive: true });
    await writeFile(join(folder, 'pglite', 'PG_VERSION'), '17');
    const database = await open();
    await database.ping();
    await database.close();
    const names = await readdir(folder);
    expect(names.some((name) => name.startsWith('pglite.unfinished-'))).toBe(true);
  });

  it('is open once, and keeps what was stored for the next time', async () => {
    const first = await open();
    await first.db.insert(facts).values({ name: 'kept', value: [1] });
    await expect(open()).rejects.toThrow(DataFolderInUse);
    await first.close();
    const second = await open();
    expect(await second.db.select().from(facts)).toMatchObject([{ name: 'kept', value: [1] }]);
    await second.close();
  });

  it('has vectors and trigrams, and files closed to other users', async () => {
    const database = await open();
    expect([...database.extensions].sort()).toEqual(['pg_trgm', 'vector']);
    expect((await stat(join(folder, 'pglite'))).mode & 0o777).toBe(0o700);
    await database.close();
  });

  it('lets go of the folder when it cannot be opened', async () => {
    await expect(open(join(folder, 'no-migrations'))).rejects.toThrow();
    const database = await open();
    await database.close();
  });
});
