import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SetUpFailed } from '../../src/errors/set-up-failed.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { findLiveKit, type FindSettings } from '../../src/livekit/find.ts';
import { systemShell } from '../../src/livekit/shell.ts';

let folder: string;
let releases: Server | undefined;
let reports: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-find-'));
  reports = [];
  await mkdir(join(folder, 'bin'));
});
afterEach(async () => {
  await new Promise((resolve) => (releases ? releases.close(resolve) : resolve(undefined)));
  releases = undefined;
  await rm(folder, { recursive: true, force: true });
});

const cached = () => join(folder, 'cache/livekit-server-1.13.5');

function settings(rest: Partial<FindSettings> = {}): FindSettings {
  return {
    platform: 'linux',
    arch: 'x64',
    cacheDir: join(folder, 'cache'),
    // Nothing listens on port 1: refused at once.
    releasesUrl: 'http://127.0.0.1:1',
    moduleDir: folder,
    env: { PATH: `${folder}/bin:/usr/bin:/bin` },
    ...rest,
  };
}

async function find(rest: Partial<FindSettings> = {}): Promise<string> {
  const report = (text: string) => reports.push(text);
  const shell = systemShell(systemClock);
  return await findLiveKit(settings(rest), { clock: systemClock, shell, report });
}

/** A script that stands for a livekit-server of that version. */
const program = (version: string) => `#!/bin/sh\necho "livekit-server version ${version}"\n`;

async function install(path: string, script: string): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, script);
  await chmod(path, 0o755);
  return path;
}

/** A Go that "builds" by writing a program to what follows -o=. */
async function installGo(built: string, version = 'go1.26.8'): Promise<void> {
  await writeFile(join(folder, 'built'), built);
  await install(
    join(folder, 'bin/go'),
    `#!/bin/sh
if [ "$1" = version ]; then echo "go version ${version} linux/amd64"; exit; fi
echo "$@" > ${folder}/go-arguments
env > ${folder}/go-environment
for word; do case $word in -o=*) out=\${word#-o=};; esac; done
cp ${folder}/built "$out" && chmod 755 "$out"
`,
  );
}

/** LiveKit's release page, with one archive in it. */
async function serveRelease(binary: string, checksum?: string): Promise<string> {
  await install(join(folder, 'release/livekit-server'), binary);
  const name = 'livekit_1.13.5_linux_amd64.tar.gz';
  const archive = execFileSync('tar', [
    '-czf',
    '-',
    '-C',
    join(folder, 'release'),
    'livekit-server',
  ]);
  const sum = checksum ?? createHash('sha256').update(archive).digest('hex');
  const files = new Map<string, Buffer | string>([
    [`/v1.13.5/${name}`, archive],
    ['/v1.13.5/checksums.txt', `${'0'.repeat(64)}  another.tar.gz\n${sum}  ${name}\n`],
  ]);
  const server = createServer((request, response) => {
    const body = files.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  releases = server;
  return await new Promise((resolve, reject) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('no port'));
      else resolve(`http://127.0.0.1:${address.port}`);
    });
  });
}

describe('finding livekit-server', () => {
  it('takes the one on PATH', async () => {
    const installed = await install(join(folder, 'bin/livekit-server'), program('1.13.2'));
    await install(cached(), program('1.13.5'));
    expect(await find()).toBe(installed);
  });

  it('passes over one on PATH that is too old for our settings, and says so', async () => {
    await install(join(folder, 'bin/livekit-server'), program('1.8.4'));
    await install(cached(), program('1.13.5'));
    expect(await find()).toBe(cached());
    expect(reports.join()).toContain('version 1.8.4');
  });

  it('takes the cached one without asking anybody', async () => {
    await install(cached(), program('1.13.5'));
    expect(await find()).toBe(cached());
    expect(reports).toEqual([]);
  });

  it('downloads the official release when its checksum is right', async () => {
    const releasesUrl = await serveRelease(program('1.13.5'));
    expect(await find({ releasesUrl })).toBe(cached());
    expect(await readFile(cached(), 'utf8')).toBe(program('1.13.5'));
    expect(await readdir(join(folder, 'cache'))).toEqual(['livekit-server-1.13.5']);
  });

  it('never keeps a download whose checksum is wrong, and goes on to the next source', async () => {
    const releasesUrl = await serveRelease(program('1.13.5'), 'f'.repeat(64));
    await installGo(program('1.13.5'));
    expect(await find({ releasesUrl })).toBe(cached());
    expect(reports.join()).toContain('published is ffff');
    expect(await readFile(join(folder, 'go-arguments'), 'utf8')).toContain('build');
  });

  it('builds with Go when releases cannot be reached, saying why', async () => {
    await installGo(program('1.13.5'));
    expect(await find()).toBe(cached());
    expect(reports.join('\n')).toMatch(/cannot be reached[^]*building livekit-server 1\.13\.5/);
    expect(await readdir(join(folder, 'cache'))).toEqual(['livekit-server-1.13.5']);
  });

  it('shows Go its own settings and none of our secrets', async () => {
    await installGo(program('1.13.5'));
    const env = { ...settings().env, GOPROXY: 'https://proxy.example', OPENAI_API_KEY: 'sk-1' };
    await find({ env });
    const seen = await readFile(join(folder, 'go-environment'), 'utf8');
    expect(seen).toContain('GOPROXY=https://proxy.example');
    expect(seen).not.toContain('sk-1');
  });

  it.each(['', 'half a file', program('1.12.0')])(
    'replaces a damaged cached one: %j',
    async (bad) => {
      await install(cached(), bad);
      await installGo(program('1.13.5'));
      expect(await find()).toBe(cached());
      expect(await readFile(cached(), 'utf8')).toBe(program('1.13.5'));
    },
  );

  it('names the one command that helps when there is no way', async () => {
    await installGo(program('1.13.5'), 'go1.19.8');
    await expect(find()).rejects.toThrow(SetUpFailed);
    await expect(find()).rejects.toThrow(/Go 1\.21 or newer[^]*Get it with: curl .*go\.dev/);
  });

  it('sends people on macOS to brew, for LiveKit publishes no release there', async () => {
    await installGo('exit 1');
    await expect(find({ platform: 'darwin', arch: 'arm64' })).rejects.toThrow(
      /no release for darwin[^]*brew install livekit/,
    );
  });

  it('clears away what a build that was killed has left', async () => {
    const left = await install(join(folder, 'cache/livekit-server-1.13.5.77.partial'), 'half');
    const longAgo = new Date(Date.now() - 86_400_000);
    await utimes(left, longAgo, longAgo);
    await installGo(program('1.13.5'));
    await find();
    expect(await readdir(join(folder, 'cache'))).toEqual(['livekit-server-1.13.5']);
  });

  it('leaves nothing half-made when the build fails', async () => {
    await install(
      join(folder, 'bin/go'),
      '#!/bin/sh\n[ "$1" = version ] && echo go version go1.26.8 && exit\necho no space left; exit 1\n',
    );
    await expect(find()).rejects.toThrow('no space left');
    expect(await readdir(join(folder, 'cache'))).toEqual([]);
  });
});
