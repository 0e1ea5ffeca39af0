import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { vi } from 'vitest';
import * as z from 'zod';
import { fillDataDir } from '../../fakes/database-folder.ts';
import { freePorts } from '../../fakes/free-ports.ts';
import { processAlive } from '../../fakes/process-alive.ts';
import type { ScriptedProvider } from '../../fakes/scripted-provider.ts';
import { descendantsOf, type ProcessRow } from './process-tree.ts';

export type ParleyOptions = {
  /** What serves model, recogniser and voice; stages left out are served by the embedded provider. */
  provider?: ScriptedProvider;
  stages?: ('LLM' | 'STT' | 'TTS')[];
  env?: Record<string, string>;
  /** Of an earlier server, or an empty folder; otherwise a new one with an empty database in it. */
  dataDir?: string;
};

const apiKey = 'the-first-key-of-this-test';
/** A first start on a busy machine; ready is usually reported within three seconds. */
const readyWithinMs = 150_000;
const exitWithinMs = 90_000;
/** What its processes started may learn from a closed pipe alone that it is over. */
const goneWithinMs = 30_000;
const Card = z.object({ id: z.string(), name: z.string(), greeting: z.string() });
const Cards = z.object({ characters: z.array(Card).min(2) });
export type CharacterCard = z.infer<typeof Card>;

/** The compiled server as `npm start` runs it, with its LiveKit and its agents, on ports that nobody uses. */
export class Parley {
  readonly apiKey = apiKey;
  #output = '';

  private constructor(
    readonly url: string,
    readonly dataDir: string,
    private readonly process: ChildProcess,
  ) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
  }

  /** Resolves when it is ready for a conversation. */
  static async start(options: ParleyOptions = {}): Promise<Parley> {
    const dataDir = options.dataDir ?? (await newDataDir());
    const [port, livekit, tcp, udp, turn] = (await freePorts(5)).map(String);
    const process_ = spawn(process.execPath, [resolve('dist/src/main.js')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: homedir(),
        PARLEY_CACHE_DIR: process.env['PARLEY_CACHE_DIR'],
        PORT: port,
        LIVEKIT_PORT: livekit,
        LIVEKIT_TCP_PORT: tcp,
        LIVEKIT_UDP_PORT: udp,
        TURN_PORT: turn,
        PARLEY_DATA_DIR: dataDir,
        PARLEY_API_KEY: apiKey,
        LOG_FORMAT: 'json',
        AGENTS: '1',
        // A test machine may be busy with something else; its tests are not of that.
        CPU_LIMIT_PERCENT: '0',
        // As many on every machine: usually they follow from its cores.
        SESSIONS_PER_AGENT: '24',
        ...stageSettings(options),
        ...options.env,
      },
    });
    const parley = new Parley(`http://127.0.0.1:${port}`, dataDir, process_);
    try {
      await parley.#ready();
    } catch (cause) {
      await parley.killEverything();
      throw new Error(`the server did not start:\n${parley.#output}`, { cause });
    }
    return parley;
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** What it wrote, its children's log lines included. */
  get output(): string {
    return this.#output;
  }

  /** Its children and theirs. */
  get children(): ProcessRow[] {
    return descendantsOf(this.pid);
  }

  get agentPids(): number[] {
    return this.#pidsOf('dist/agent/agent.js');
  }

  get livekitPids(): number[] {
    return this.#pidsOf('livekit-server');
  }

  async characters(key = apiKey): Promise<CharacterCard[]> {
    const response = await fetch(`${this.url}/playground/characters`, {
      headers: { 'x-api-key': key },
    });
    return Cards.parse(await response.json()).characters;
  }

  /** A number of `/metrics`, by its name without the `parley_`. */
  async gauge(name: string): Promise<number> {
    const response = await fetch(`${this.url}/metrics`, { headers: { 'x-api-key': apiKey } });
    const text = await response.text();
    const value = new RegExp(`^parley_${name} (\\S+)$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`no metric ${name} in: ${text.slice(0, 200)}`);
    return Number(value);
  }

  /** Waits until a number of `/metrics` is this. */
  async untilGauge(name: string, wanted: number, timeout = 90_000): Promise<void> {
    await vi.waitFor(
      async () => {
        const value = await this.gauge(name);
        if (value !== wanted) throw new Error(`parley_${name} is ${value}, not ${wanted}`);
      },
      { timeout, interval: 100 },
    );
  }

  /**
   * SIGTERM, as an operator or a container stops it.
   * @returns its exit code
   * @throws when a process that it started is left
   */
  async stop(): Promise<number | null> {
    const children = this.children;
    if (!this.#exited) this.process.kill('SIGTERM');
    await this.#exit();
    const left = await leftOf(children);
    for (const { pid } of left) kill(pid);
    if (left.length > 0)
      throw new Error(`left behind: ${left.map(({ command }) => command).join(' | ')}`);
    return this.process.exitCode;
  }

  /** As when the power fails: nobody gets to say a word. */
  async killEverything(): Promise<void> {
    // The server first: it would start again what it sees die.
    const everyone = [this.pid, ...this.children.map(({ pid }) => pid)];
    for (const pid of everyone) kill(pid);
    await this.#exit();
    await vi.waitFor(
      () => {
        if (everyone.some(processAlive)) throw new Error('something outlives kill -9');
      },
      { timeout: goneWithinMs, interval: 20 },
    );
  }

  /** Stops it and removes what it stored. */
  async close(): Promise<void> {
    try {
      await this.stop();
    } finally {
      await rm(this.dataDir, { recursive: true, force: true });
    }
  }

  get #exited(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  async #exit(): Promise<void> {
    if (this.#exited) return;
    const giveUp = new AbortController();
    const late = pause(exitWithinMs, 'late' as const, { signal: giveUp.signal });
    const how = await Promise.race([once(this.process, 'exit'), late]);
    giveUp.abort();
    late.catch(() => undefined);
    if (how !== 'late') return;
    for (const { pid } of this.children) kill(pid);
    kill(this.pid);
    throw new Error(`the server does not end:\n${this.#output.slice(-4_000)}`);
  }

  async #ready(): Promise<void> {
    await vi.waitFor(
      async () => {
        if (this.#exited) return;
        if (!this.#output.includes('Parley is ready')) throw new Error('not ready yet');
        const response = await fetch(`${this.url}/readyz`);
        if (!response.ok) throw new Error(`readyz answers ${response.status}`);
      },
      { timeout: readyWithinMs, interval: 50 },
    );
    if (this.#exited) throw new Error('it ended');
  }

  #pidsOf(command: string): number[] {
    return this.children.filter((row) => row.command.includes(command)).map(({ pid }) => pid);
  }
}

/** With a database, as after a first start, which would take as long as all the rest of the start. */
async function newDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-live-'));
  await fillDataDir(dataDir);
  return dataDir;
}

function stageSettings({ provider, stages = ['LLM', 'STT', 'TTS'] }: ParleyOptions) {
  if (!provider) return {};
  return Object.fromEntries(
    stages.flatMap((stage) => [
      [`${stage}_BASE_URL`, provider.baseUrl],
      [`${stage}_MODEL`, `scripted-${stage.toLowerCase()}`],
    ]),
  );
}

/** Those that are still there after a while. */
async function leftOf(children: readonly ProcessRow[]): Promise<ProcessRow[]> {
  const left = () => children.filter(({ pid }) => processAlive(pid));
  const giveUpAtMs = performance.now() + goneWithinMs;
  while (left().length > 0 && performance.now() < giveUpAtMs) await pause(50);
  return left();
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
