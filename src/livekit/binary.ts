import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Shell } from './shell.ts';

/** The release that Parley is made and tested with; tools/livekit/go.mod names the same. */
export const liveKitVersion = '1.13.5';

/** Older ones refuse our settings (`turn.allow_restricted_peer_cidrs`) and so would not start. */
const oldestVersion = [1, 13] as const;

/** The first executable file of that name in the folders of a PATH. */
export async function onPath(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((part) => part !== '')) {
    const file = join(folder, name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What a livekit-server says its version is; nothing when it does not run, so is broken or for another machine. */
export async function versionOf(
  file: string,
  shell: Shell,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const command = { file, args: ['--version'], env: {}, timeoutMs: 10_000 };
  const { ok, output } = await shell.run(command, signal);
  return ok ? /version (\d+\.\d+\.\d+)/.exec(output)?.[1] : undefined;
}

export function isRecentEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === oldestVersion[0] && minor >= oldestVersion[1];
}
