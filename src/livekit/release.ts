import { createHash } from 'node:crypto';
import { chmod, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../lifetime/clock.ts';
import { deadline } from '../lifetime/deadline.ts';
import { liveKitVersion } from './binary.ts';
import type { Shell } from './shell.ts';

/** A source of livekit-server that did not work out; the message goes into the report and the next one is tried. */
export class SourceFailed extends Error {
  override readonly name = 'SourceFailed';
}

export type ReleaseSettings = {
  /** `process.platform` and `process.arch`. */
  platform: string;
  arch: string;
  cacheDir: string;
  /** Where releases are; tests have a server of their own. */
  releasesUrl: string;
};

type ReleaseTools = {
  clock: Clock;
  shell: Shell;
  report: (text: string) => void;
  signal?: AbortSignal | undefined;
};

export const officialReleases = 'https://github.com/livekit/livekit/releases/download';

/** Without an answer after this long the network is taken to be closed: the next source should not wait for it. */
const answerMs = 5_000;
/** A download that brings nothing for this long is given up. */
const stallMs = 20_000;
/** Three times the size of the 1.13.5 archive. */
const maxBytes = 100 * 1024 * 1024;

/** The archives that LiveKit's own release holds (its .goreleaser.yaml); there is none for macOS. */
const archives = new Map([
  ['linux x64', 'linux_amd64'],
  ['linux arm64', 'linux_arm64'],
  ['linux arm', 'linux_armv7'],
]);

/**
 * Downloads the official release for this machine and puts it at `target`, if its SHA-256 is the published one.
 * @throws {SourceFailed} when there is none, it cannot be reached, or it is not what was published
 */
export async function downloadRelease(
  settings: ReleaseSettings,
  target: string,
  tools: ReleaseTools,
): Promise<void> {
  const { platform, arch, cacheDir, releasesUrl } = settings;
  const system = archives.get(`${platform} ${arch}`);
  if (system === undefined) {
    throw new SourceFailed(`LiveKit publishes no release for ${platform} on ${arch}`);
  }
  const archive = `livekit_${liveKitVersion}_${system}.tar.gz`;
  const base = `${releasesUrl}/v${liveKitVersion}`;
  tools.report(`asking for LiveKit's release ${archive} (at most ${answerMs / 1000} s)`);
  const checksum = await publishedChecksum(`${base}/checksums.txt`, archive, tools);
  const folder = await mkdtemp(join(cacheDir, 'livekit-download-'));
  try {
    const file = join(folder, archive);
    const actual = await download(`${base}/${archive}`, file, tools);
    if (actual !== checksum) {
      throw new SourceFailed(`${archive} has the checksum ${actual}, published is ${checksum}`);
    }
    const { ok, output } = await tools.shell.run(
      {
        file: 'tar',
        args: ['-xzf', file, '-C', folder, 'livekit-server'],
        env: { PATH: '/usr/bin:/bin' },
        timeoutMs: 60_000,
      },
      tools.signal,
    );
    if (!ok) throw new SourceFailed(`${archive} cannot be unpacked: ${output}`);
    const binary = join(folder, 'livekit-server');
    await chmod(binary, 0o755);
    await rename(binary, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function publishedChecksum(url: string, archive: string, tools: ReleaseTools) {
  const answer = await ask(url, tools);
  const line = (await answer.text())
    .split('\n')
    .find((text) => text.trim().endsWith(` ${archive}`));
  const checksum = line === undefined ? undefined : /^[0-9a-f]{64}/.exec(line)?.[0];
  if (checksum === undefined) throw new SourceFailed(`${url} has no checksum for ${archive}`);
  return checksum;
}

async function ask(url: string, { clock, signal }: ReleaseTools): Promise<Response> {
  const limit = deadline(clock, url, answerMs, signal);
  try {
    const answer = await fetch(url, { signal: limit.signal });
    if (!answer.ok) throw new SourceFailed(`${url} answered ${answer.status}`);
    return answer;
  } catch (cause) {
    if (cause instanceof SourceFailed) throw cause;
    signal?.throwIfAborted();
    throw new SourceFailed(`${url} cannot be reached: ${reasonOf(cause)}`, { cause });
  } finally {
    limit.clear();
  }
}

/** @returns the SHA-256 of what was written to `file`, in hexadecimal */
async function download(url: string, file: string, tools: ReleaseTools): Promise<string> {
  const { clock, report, signal } = tools;
  const answer = await ask(url, tools);
  const totalBytes = Number(answer.headers.get('content-length') ?? 0);
  if (!answer.body) throw new SourceFailed(`${url} answered without a body`);
  const limit = deadline(clock, url, stallMs, signal);
  const output = await open(file, 'wx');
  const hash = createHash('sha256');
  const startedMs = clock.nowMs();
  let bytes = 0;
  let reportedMs = startedMs;
  const reader: ReadableStreamDefaultReader<Uint8Array> = answer.body.getReader();
  limit.signal.addEventListener('abort', () => void reader.cancel(limit.signal.reason), {
    once: true,
  });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      limit.signal.throwIfAborted();
      if (done) break;
      limit.restart();
      bytes += value.length;
      if (bytes > maxBytes) throw new SourceFailed(`${url} is larger than ${maxBytes} bytes`);
      hash.update(value);
      await output.write(value);
      if (clock.nowMs() - reportedMs >= 1_000) {
        reportedMs = clock.nowMs();
        report(`downloading: ${progress(bytes, totalBytes)}, ${seconds(reportedMs - startedMs)} s`);
      }
    }
    report(`downloaded ${progress(bytes, totalBytes)} in ${seconds(clock.nowMs() - startedMs)} s`);
    return hash.digest('hex');
  } catch (cause) {
    if (cause instanceof SourceFailed) throw cause;
    signal?.throwIfAborted();
    throw new SourceFailed(`the download broke off: ${reasonOf(cause)}`, { cause });
  } finally {
    limit.clear();
    await reader.cancel().catch(() => undefined);
    await output.close();
  }
}

function progress(bytes: number, totalBytes: number): string {
  const megabytes = (count: number) => (count / 1_000_000).toFixed(1);
  return totalBytes > 0
    ? `${megabytes(bytes)} of ${megabytes(totalBytes)} MB`
    : `${megabytes(bytes)} MB`;
}

function seconds(durationMs: number): number {
  return Math.round(durationMs / 1_000);
}

/** `fetch` hides why it failed one level down. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? cause.cause.message : cause.message;
}
