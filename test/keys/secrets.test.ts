import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureSecrets, firstApiKey, SecretsUnreadable } from '../../src/keys/secrets.ts';

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'parley-secrets-'));
  folder = join(parent, 'data');
});
afterEach(() => rm(parent, { recursive: true, force: true }));

describe('the secrets of an installation', () => {
  it('are made once and kept, readable by their owner alone', async () => {
    const made = await ensureSecrets(folder);
    expect(await ensureSecrets(folder)).toEqual(made);
    expect(new Set(Object.values(made)).size).toBe(3);
    const path = join(folder, 'secrets.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await chmod(path, 0o644);
    await ensureSecrets(folder);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('are the same for all who make them at once, and no draft is left', async () => {
    const made = await Promise.all([1, 2, 3, 4].map(() => ensureSecrets(folder)));
    expect(new Set(made.map((secrets) => secrets.agentSecret)).size).toBe(1);
    expect(await readdir(folder)).toEqual(['secrets.json']);
  });

  it('give way to configured ones, which are not written down', async () => {
    const agentSecret = 'configured-secret-of-an-operator';
    expect(await ensureSecrets(folder, { agentSecret })).toMatchObject({ agentSecret });
    expect(await readFile(join(folder, 'secrets.json'), 'utf8')).not.toContain(agentSecret);
  });

  it.each(['', '{', '{"agentSecret":"short"}'])('are never guessed from %j', async (text) => {
    await ensureSecrets(folder);
    await writeFile(join(folder, 'secrets.json'), text);
    await expect(ensureSecrets(folder)).rejects.toThrow(SecretsUnreadable);
    await expect(ensureSecrets(folder)).rejects.toThrow('secrets.json');
  });
});

describe('the first API key', () => {
  it('is made once and kept, readable by its owner alone', async () => {
    const first = await firstApiKey(folder);
    expect(first).toMatchObject({ made: true, path: join(folder, 'api-key') });
    expect(await firstApiKey(folder)).toEqual({ ...first, made: false });
    expect((await stat(join(folder, 'api-key'))).mode & 0o777).toBe(0o600);
  });

  it('is the configured one when there is one', async () => {
    expect(await firstApiKey(folder, 'a-configured-key')).toEqual({
      key: 'a-configured-key',
      made: false,
    });
  });
});
