import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SetUpFailed } from '../errors/set-up-failed.ts';
import type { Clock } from '../lifetime/clock.ts';
import { isRecentEnough, liveKitVersion, onPath, versionOf } from './binary.ts';
import { buildLiveKit, type BuildSettings } from './build.ts';
import {
  downloadRelease,
  officialReleases,
  SourceFailed,
  type ReleaseSettings,
} from './release.ts';
import type { Shell } from './shell.ts';

/** `env` is the whole environment; only what finding and building need is used or handed on. */
export type FindSettings = ReleaseSettings & BuildSettings;

/**
 * How this machine finds it.
 * @param env the whole environment, as the program got it
 * @param projectDir where package.json and tools/ are
 */
export function findSettings(
  env: Readonly<Record<string, string>>,
  cacheDir: string,
  projectDir: string,
): FindSettings {
  const { platform, arch } = process;
  const moduleDir = join(projectDir, 'tools/livekit');
  return { platform, arch, cacheDir, releasesUrl: officialReleases, moduleDir, env };
}

export type FindTools = {
  clock: Clock;
  shell: Shell;
  /** Told what is done, why, and how far it is: lines for the person who waits. */
  report: (text: string) => void;
  signal?: AbortSignal;
};

/**
 * Finds a livekit-server, or makes one: on PATH, in the cache, as LiveKit's release, built with Go.
 * @returns the path of a binary that runs on this machine
 * @throws {SetUpFailed} naming the one command that helps, when there is no way
 */
export async function findLiveKit(settings: FindSettings, tools: FindTools): Promise<string> {
  const installed = await installedOne(settings, tools);
  if (installed !== undefined) return installed;
  await mkdir(settings.cacheDir, { recursive: true });
  const cached = join(settings.cacheDir, `livekit-server-${liveKitVersion}`);
  if (await runs(cached, tools)) return cached;
  await removeLeftovers(settings.cacheDir, tools.clock);
  const failures: string[] = [];
  for (const source of [downloadRelease, buildLiveKit]) {
    try {
      await source(settings, cached, tools);
      if (!(await runs(cached, tools))) throw new SourceFailed('what it gave does not run here');
      tools.report(`livekit-server ${liveKitVersion} is ready: ${cached}`);
      return cached;
    } catch (cause) {
      if (!(cause instanceof SourceFailed)) throw cause;
      failures.push(cause.message);
      tools.report(cause.message);
    }
  }
  throw new SetUpFailed(
    `livekit-server is missing and could not be had (${failures.join('; ')}). Get it with: ${remedy(settings)}`,
  );
}

async function installedOne({ env }: FindSettings, tools: FindTools) {
  const file = await onPath('livekit-server', env['PATH'] ?? '');
  if (file === undefined) return undefined;
  const version = await versionOf(file, tools.shell, tools.signal);
  if (version !== undefined && isRecentEnough(version)) return file;
  tools.report(
    version === undefined
      ? `${file} does not run, looking further`
      : `${file} is version ${version}, 1.13 or a later 1.x is needed, looking further`,
  );
  return undefined;
}

/** Whether the cached binary is there, whole and the right version. One that is not is removed. */
async function runs(file: string, { shell, report, signal }: FindTools): Promise<boolean> {
  if (!(await isFile(file))) return false;
  const version = await versionOf(file, shell, signal);
  if (version === liveKitVersion) return true;
  report(`${file} is damaged or for another machine, getting it anew`);
  await rm(file, { force: true });
  return false;
}

/** No download and no build takes this long. */
const leftoverMs = 60 * 60_000;

/** What a download or a build left in the cache when it was killed. */
async function removeLeftovers(cacheDir: string, clock: Clock): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    if (!/^livekit-(download-|server-.*\.partial$)/.test(name)) continue;
    const path = join(cacheDir, name);
    const { mtimeMs } = await stat(path);
    if (clock.nowAt().getTime() - mtimeMs > leftoverMs)
      await rm(path, { recursive: true, force: true });
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** The one command that gets a livekit-server, or a Go that can build it. */
function remedy({ platform, arch }: Pick<FindSettings, 'platform' | 'arch'>): string {
  if (platform === 'darwin') return 'brew install livekit';
  const goArch = arch === 'x64' ? 'amd64' : arch === 'arm' ? 'armv6l' : arch;
  return `curl -fsSL https://go.dev/dl/go1.26.0.linux-${goArch}.tar.gz | sudo tar -C /usr/local -xz`;
}
