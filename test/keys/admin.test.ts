import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdminClient, AdminFailed, isAdminListening } from '../../src/keys/admin-client.ts';
import { AdminFolderNotOurs, adminSocketPath } from '../../src/keys/admin-path.ts';
import { AdminSocketTaken, serveAdmin } from '../../src/keys/admin-server.ts';
import { KeyListing, type CreatedKey, type KeyAdmin } from '../../src/keys/key-admin.ts';
import { silentLog } from '../../src/telemetry/log.ts';

/** One key, and a memory of what was asked. */
class OneKey implements KeyAdmin {
  readonly asked: unknown[] = [];
  readonly created: CreatedKey = {
    id: '5b3f2d0e-0000-4000-8000-000000000001',
    name: 'game',
    workspace: 'default',
    prefix: 'parley_abc',
    createdAt: '2026-01-01T00:00:00.000Z',
    revokedAt: null,
    limits: { maxSessions: null, maxMinutesPerDay: 60 },
    key: 'parley_abcdef',
  };

  create(asked: unknown) {
    this.asked.push(asked);
    return Promise.resolve(this.created);
  }

  list() {
    return Promise.resolve([KeyListing.parse(this.created)]);
  }

  limit(id: string, limits: unknown) {
    this.asked.push({ id, limits });
    return Promise.resolve(true);
  }

  revoke(id: string) {
    this.asked.push(id);
    return id === 'broken' ? Promise.reject(new Error('no database')) : Promise.resolve(true);
  }
}

describe('key management through the running server', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-admin-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('makes, lists, limits and revokes', async () => {
    const keys = new OneKey();
    const server = await serveAdmin(folder, keys, silentLog);
    const client = new AdminClient(await adminSocketPath(folder));
    expect(await client.create({ name: ' game ', workspace: 'default' })).toEqual(keys.created);
    const listed = await client.list();
    expect(listed).toEqual(await keys.list());
    const limits = { maxSessions: 2, maxMinutesPerDay: null };
    expect(await client.limit('an-id', limits)).toBe(true);
    expect(await client.revoke('../a b')).toBe(true);
    expect(keys.asked).toEqual([
      { name: 'game', workspace: 'default' },
      { id: 'an-id', limits },
      '../a b',
    ]);
    await server.close();
  });

  it('is open to the owner of the data folder alone', async () => {
    const server = await serveAdmin(folder, new OneKey(), silentLog);
    expect((await stat(join(folder, 'admin.sock'))).mode & 0o777).toBe(0o600);
    await server.close();
  });

  it('is gone when the server is', async () => {
    const server = await serveAdmin(folder, new OneKey(), silentLog);
    const path = await adminSocketPath(folder);
    expect(await isAdminListening(path)).toBe(true);
    await server.close();
    expect(await isAdminListening(path)).toBe(false);
  });

  it('takes the place of what a killed server left, not of one that listens', async () => {
    await writeFile(join(folder, 'admin.sock'), '');
    const server = await serveAdmin(folder, new OneKey(), silentLog);
    await expect(serveAdmin(folder, new OneKey(), silentLog)).rejects.toThrow(AdminSocketTaken);
    await server.close();
  });

  it('works where the path of the folder is too long for a socket', async () => {
    const deep = join(folder, 'd'.repeat(60), 'e'.repeat(60));
    const server = await serveAdmin(deep, new OneKey(), silentLog);
    const path = await adminSocketPath(deep);
    expect(await new AdminClient(path).list()).toHaveLength(1);
    await server.close();
    await rm(dirname(path), { recursive: true });
  });

  it('does not listen in a folder that others can change', async () => {
    const deep = join(folder, 'd'.repeat(120));
    const place = dirname(await adminSocketPath(deep));
    await rm(place, { recursive: true });
    await mkdir(place);
    await expect(adminSocketPath(deep)).rejects.toThrow(AdminFolderNotOurs);
    await rm(place, { recursive: true });
  });

  it('tells of a failure without its private reason', async () => {
    const server = await serveAdmin(folder, new OneKey(), silentLog);
    const client = new AdminClient(await adminSocketPath(folder));
    await expect(client.revoke('broken')).rejects.toThrow(AdminFailed);
    await expect(client.revoke('broken')).rejects.not.toThrow('no database');
    await server.close();
  });

  it.each([
    ['POST', '/keys', 422, '{'],
    ['POST', '/keys', 422, '{"name":""}'],
    ['POST', '/keys', 422, JSON.stringify({ name: 'x'.repeat(20_000) })],
    ['PATCH', '/keys?id=an-id', 422, '{"maxSessions":-1}'],
    ['PUT', '/keys', 404, '{}'],
    ['GET', '/', 404, ''],
  ])('answers %s %s with %i', async (method, path, status, body) => {
    const keys = new OneKey();
    const server = await serveAdmin(folder, keys, silentLog);
    const socketPath = await adminSocketPath(folder);
    const answered = new Promise((resolve, reject) => {
      const asking = request({ socketPath, method, path }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asking.on('error', reject);
      asking.end(body);
    });
    expect(await answered).toBe(status);
    expect(keys.asked).toEqual([]);
    await server.close();
  });
});
