import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { freePortsInARow } from './free-ports.ts';
import { childrenOf } from './processes.ts';

/** What is measured. */
export type Subject = {
  url: string;
  apiKey: string;
  characterId: string;
  /** Of the processes that hold the sessions; none when they cannot be measured. */
  agentPids: () => number[];
  close(): Promise<void>;
};

export type OwnServerOptions = {
  /** The folder with package.json and dist/. */
  root: string;
  providerUrl: string;
  /** For the server, which hands them on to its agent processes. */
  nodeArgs: readonly string[];
};

const relayPorts = 50;
const tries = 600;
const betweenTriesMs = 200;

const Characters = z.object({ characters: z.array(z.object({ id: z.string() })).min(1) });

/** Starts this build of Parley as it comes, on free ports and a fresh data folder, with one agent process. */
export async function startOwnServer(options: OwnServerOptions): Promise<Subject> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const port = await freePortsInARow(5 + relayPorts);
  const apiKey = 'bench-key-for-this-run-only';
  const server = spawn(process.execPath, [...options.nodeArgs, 'dist/src/main.js'], {
    cwd: options.root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: environment(port, { dataDir, apiKey, providerUrl: options.providerUrl }),
  });
  const close = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
    }
    await rm(dataDir, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await ready(url, server);
    const characterId = await firstCharacter(url, apiKey);
    const agentPids = () => childrenOf(server.pid ?? 0, 'agent.js');
    return { url, apiKey, characterId, agentPids, close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

function environment(
  port: number,
  { dataDir, apiKey, providerUrl }: { dataDir: string; apiKey: string; providerUrl: string },
): NodeJS.ProcessEnv {
  const { PATH, HOME, XDG_CACHE_HOME, PARLEY_CACHE_DIR, BENCH_LOG_LEVEL } = process.env;
  return {
    PATH,
    HOME,
    XDG_CACHE_HOME,
    PARLEY_CACHE_DIR,
    PORT: String(port),
    LIVEKIT_PORT: String(port + 1),
    LIVEKIT_TCP_PORT: String(port + 2),
    LIVEKIT_UDP_PORT: String(port + 3),
    TURN_PORT: String(port + 4),
    TURN_RELAY_PORT_START: String(port + 5),
    TURN_RELAY_PORT_END: String(port + 4 + relayPorts),
    PARLEY_DATA_DIR: dataDir,
    PARLEY_API_KEY: apiKey,
    LOG_LEVEL: BENCH_LOG_LEVEL ?? 'error',
    AGENTS: '1',
    LLM_BASE_URL: providerUrl,
    LLM_MODEL: 'bench',
    STT_BASE_URL: providerUrl,
    STT_MODEL: 'bench',
    TTS_BASE_URL: providerUrl,
    TTS_MODEL: 'bench',
  };
}

async function ready(url: string, server: ChildProcess): Promise<void> {
  for (let tried = 0; tried < tries; tried++) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    const isReady = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await delay(betweenTriesMs);
  }
  throw new Error('the server was not ready within two minutes');
}

async function firstCharacter(url: string, apiKey: string): Promise<string> {
  const response = await fetch(`${url}/playground/characters`, {
    headers: { 'x-api-key': apiKey },
  });
  const { characters } = Characters.parse(await response.json());
  const [first] = characters;
  if (!first) throw new Error('the server has no characters');
  return first.id;
}
