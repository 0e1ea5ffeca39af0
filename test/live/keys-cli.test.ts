import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plantSeeds } from '../../src/characters/plant-seeds.ts';
import { openDatabase } from '../../src/db/open.ts';
import { serveAdmin } from '../../src/keys/admin-server.ts';
import { Keys } from '../../src/keys/keys.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { silentLog } from '../../src/telemetry/log.ts';

describe('npm run keys', () => {
  let dataDir = '';
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'parley-keys-'));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  /** The compiled program, as `npm run keys` runs it. */
  const keys = (...args: string[]) =>
    promisify(execFile)(process.execPath, [resolve('dist/src/keys-cli.js'), ...args], {
      env: { PATH: process.env['PATH'], PARLEY_DATA_DIR: dataDir },
    });

  /** What a running server has open. */
  async function serve() {
    const database = await openDatabase({
      dataDir,
      migrationsDir: resolve('drizzle'),
      log: silentLog,
    });
    const own = new Keys({ db: database.db, clock: systemClock, onWorkspaceMade: plantSeeds });
    const admin = await serveAdmin(dataDir, own, silentLog);
    const close = async () => {
      await admin.close();
      await database.close();
    };
    return { own, close };
  }

  it('makes a key while no server runs, which the server then knows', async () => {
    const { stdout } = await keys('create', 'my game', '--workspace', 'studio');
    const server = await serve();
    expect(await server.own.verify(stdout.trim())).toBeDefined();
    await server.close();
  });

  it('manages keys of a running server, which refuses a revoked one at once', async () => {
    const server = await serve();
    const key = (await keys('create', 'headset')).stdout.trim();
    const holder = await server.own.verify(key);
    expect(holder).toBeDefined();
    const listed = (await keys('list')).stdout;
    expect(listed).toMatch(/my game +studio .* in use/);
    expect(listed).not.toContain(key);
    await keys('revoke', holder?.keyId ?? '');
    expect(await server.own.verify(key)).toBeUndefined();
    expect((await keys('list')).stdout).toMatch(/headset +default .* revoked/);
    await server.close();
  });

  it.each([[[]], [['create']], [['list', 'all']], [['revoke']], [['destroy', '--all']]])(
    'shows how it is used instead of guessing what %j means',
    async (args) => {
      await expect(keys(...args)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('Usage:') as unknown,
      });
    },
  );

  it('says so when there is no such key', async () => {
    await expect(keys('revoke', 'nothing')).rejects.toMatchObject({
      code: 1,
      stderr: 'No key in use has the id nothing.\n',
    });
  });
});
