import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { SetUpFailed } from '../errors/set-up-failed.ts';

/** Addresses of unix sockets are short: 104 bytes on macOS, 108 on Linux, with the NUL at the end. */
const maxSocketPathBytes = 103;

/** Somebody else made the folder in which our socket should be. */
export class AdminFolderNotOurs extends SetUpFailed {
  override readonly name = 'AdminFolderNotOurs';
  constructor(readonly path: string) {
    super(`${path} must belong to this user and be closed to others.`);
  }
}

/**
 * Where the server of this data folder listens for its administrator: `<dataDir>/admin.sock`, or, when that is too
 * long for a socket, a folder in the system's temporary one that follows from it, closed to others.
 * @throws {AdminFolderNotOurs}
 */
export async function adminSocketPath(dataDir: string): Promise<string> {
  const path = join(resolve(dataDir), 'admin.sock');
  if (Buffer.byteLength(path) <= maxSocketPathBytes) return path;
  const name = createHash('sha256').update(path).digest('hex').slice(0, 24);
  const folder = join(tmpdir(), `parley-${name}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  const isOurs = found.isDirectory() && found.uid === process.getuid?.();
  if (!isOurs || (found.mode & 0o077) !== 0) throw new AdminFolderNotOurs(folder);
  return join(folder, 'admin.sock');
}
