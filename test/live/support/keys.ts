import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Parley } from './server.ts';

/** A key for another workspace of a running server, made as an operator makes it. */
export async function makeKey(parley: Parley, workspace: string): Promise<string> {
  const args = [resolve('dist/src/keys-cli.js'), 'create', 'a key', '--workspace', workspace];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { PATH: process.env['PATH'], PARLEY_DATA_DIR: parley.dataDir },
  });
  return stdout.trim();
}
