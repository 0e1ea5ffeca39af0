import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataFolderInUse, lockFolder } from '../../src/db/folder-lock.ts';

/** Holds the lock as another process would, says so, and stays until it is killed. */
const holder = `
  const { openSync, writeSync } = require('node:fs');
  const { tryLock } = require('fs-native-extensions');
  const fd = openSync(process.argv[1], 'a+');
  if (!tryLock(fd)) process.exit(1);
  writeSync(fd, process.pid + '\\n');
  console.log('held');
  setInterval(() => undefined, 60_000);
`;

describe('a data folder', () => {
  let parent: string;
  let folder: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'parley-lock-'));
    folder = join(parent, 'new', 'data');
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  it('is made for its owner alone', async () => {
    const lock = await lockFolder(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await lock.close();
  });

  it('has one owner at a time', async () => {
    const lock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(DataFolderInUse);
    await lock.close();
    const next = await lockFolder(folder);
    await next.close();
  });

  it('names who has it, and is free as soon as that process is killed', async () => {
    const lock = await lockFolder(folder);
    await lock.close();
    const child = spawn(process.execPath, ['-e', holder, join(folder, 'lock')]);
    try {
      await once(child.stdout, 'data');
      await expect(lockFolder(folder)).rejects.toMatchObject({
        holderPid: child.pid,
        message: expect.stringContaining(`pid ${String(child.pid)}`) as unknown,
      });
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    const taken = await lockFolder(folder);
    await taken.close();
  });
});
