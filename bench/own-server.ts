import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type OwnServer = { url: string; apiKey: string; pid: number; close(): Promise<void> };

/** Starts this build of Parley on free ports and a fresh data folder, with one agent process, on this provider. */
export async function startOwnServer(root: string, providerUrl: string): Promise<OwnServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const [port, livekit, rtc, turn] = await freePorts(4);
  const apiKey = 'bench-key-for-this-run-only';
  const server = spawn(process.execPath, ['dist/src/main.js'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      PORT: String(port),
      LIVEKIT_PORT: String(livekit),
      LIVEKIT_UDP_PORT: String(rtc),
      TURN_PORT: String(turn),
      PARLEY_DATA_DIR: dataDir,
      PARLEY_API_KEY: apiKey,
      LOG_LEVEL: process.env['BENCH_LOG_LEVEL'] ?? 'warn',
      AGENTS: '1',
      ...Object.fromEntries(['LLM', 'STT', 'TTS'].map((stage) => [`${stage}_BASE_URL`, providerUrl])),
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await ready(url, server);
  return {
    url,
    apiKey,
    pid: server.pid ?? 0,
    async close() {
      if (server.exitCode === null) {
        const ended = new Promise((resolve) => server.once('exit', resolve));
        server.kill('SIGTERM');
        await ended;
      }
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function ready(url: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    const ok = await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the server was not ready within two minutes');
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve(address !== null && typeof address === 'object' ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
