import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import * as z from 'zod';
import { backoffMs } from '../lifetime/backoff.ts';
import type { Clock } from '../lifetime/clock.ts';
import { Lines } from '../lifetime/lines.ts';
import type { Closable } from '../lifetime/scope.ts';
import { parsedJson } from '../protocol/parsed-json.ts';
import type { Log } from '../telemetry/log.ts';
import { ServeReady } from './serve-options.ts';

export type OfflineOptions = {
  /** The project's folder: the program is the compiled one in its `dist`. */
  root: string;
  /** Where tools/speech.mjs put the recogniser. */
  cacheDir: string;
  clock: Clock;
  log: Log;
  /** 0, the default, takes a free one. */
  port?: number;
};

export type Offline = Closable & {
  /** Ends in `/v1`; stays the same when the process is replaced. */
  readonly baseUrl: string;
  /** Of the process that runs now. */
  readonly pid: number | undefined;
  close(): Promise<void>;
};

/** Loading takes a third of a second; a machine that builds something meanwhile takes longer. */
const startTimeoutMs = 30_000;
const stopTimeoutMs = 3_000;
const backoff = { firstMs: 200, lastMs: 10_000 };
/** One that ran so long was well: the next wait is short again. */
const wellAfterMs = 30_000;

/**
 * Starts the embedded provider as a process of its own and keeps it running: one that dies is replaced, on the same
 * port. It ends with us, however we end, by the IPC channel.
 * @throws when the first start fails
 */
export async function startOffline(options: OfflineOptions): Promise<Offline> {
  const keeper = new Keeper(options);
  await keeper.start(options.port ?? 0);
  return keeper;
}

class Keeper implements Offline {
  #child: ChildProcess | undefined;
  #port = 0;
  #failures = 0;
  #startedMs = 0;
  #closed = false;
  #cancelWait: () => void = () => undefined;

  constructor(private readonly options: OfflineOptions) {}

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#port}/v1`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(port: number): Promise<void> {
    const child = this.#spawn(port);
    this.#child = child;
    this.#startedMs = this.options.clock.nowMs();
    try {
      this.#port = await readyPort(child, this.options.clock);
    } catch (cause) {
      child.kill('SIGKILL');
      throw cause;
    }
    child.once('exit', (code, signal) => {
      if (this.#closed) return;
      this.options.log.warn({ code, signal }, 'embedded provider ended');
      this.#startAgain();
    });
    // It may have ended between its word and now.
    if (child.exitCode !== null || child.signalCode !== null) this.#startAgain();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelWait();
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const cancel = this.options.clock.after(stopTimeoutMs, () => child.kill('SIGKILL'));
    await gone;
    cancel();
  }

  #startAgain(): void {
    const { clock, log } = this.options;
    if (clock.nowMs() - this.#startedMs > wellAfterMs) this.#failures = 0;
    const waitMs = backoffMs(backoff, this.#failures++, Math.random());
    this.#cancelWait = clock.after(waitMs, () => {
      if (this.#closed) return;
      this.start(this.#port).catch((cause: unknown) => {
        log.error({ err: cause }, 'embedded provider did not start');
        if (!this.#closed) this.#startAgain();
      });
    });
  }

  #spawn(port: number): ChildProcess {
    const { root, cacheDir, log } = this.options;
    const program = join(root, 'dist/src/offline/serve.js');
    const args = ['--port', String(port), '--root', root, '--cache-dir', cacheDir];
    const child = spawn(
      process.execPath,
      ['--max-semi-space-size=1', program, ...args, '--log-level', log.level],
      {
        // Nothing is inherited, so no key of ours reaches it.
        env: {},
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    relay(child.stdout, (line) => relayLine(log, line));
    relay(child.stderr, (line) => log.warn({ line }, 'embedded provider wrote'));
    return child;
  }
}

/** @throws when it ends, cannot be started, or takes too long */
function readyPort(child: ChildProcess, clock: Clock): Promise<number> {
  return new Promise((resolve, reject) => {
    const done = () => {
      cancel();
      child.off('error', fail).off('exit', onExit).off('message', onMessage);
    };
    const fail = (cause: Error) => {
      done();
      reject(cause);
    };
    const onExit = () => fail(new Error('the embedded provider ended before it was ready'));
    const onMessage = (message: unknown) => {
      const ready = ServeReady.safeParse(message);
      if (!ready.success) return;
      done();
      child.on('error', () => undefined);
      resolve(ready.data.port);
    };
    const cancel = clock.after(startTimeoutMs, () =>
      fail(new Error('the embedded provider takes too long to start')),
    );
    child.on('error', fail).on('exit', onExit).on('message', onMessage);
  });
}

const LogLine = z.looseObject({ level: z.number(), msg: z.string() });

/** Its log is ours: the same lines with the same fields. */
function relayLine(log: Log, line: string): void {
  const read = LogLine.safeParse(parsedJson(line));
  if (!read.success) {
    log.info({ line }, 'embedded provider wrote');
    return;
  }
  const { level, msg, ...fields } = read.data;
  delete fields['time'];
  if (level >= 50) log.error(fields, msg);
  else if (level >= 40) log.warn(fields, msg);
  else if (level >= 30) log.info(fields, msg);
  else log.debug(fields, msg);
}

function relay(stream: Readable | null, onLine: (line: string) => void): void {
  const lines = new Lines(onLine);
  stream?.setEncoding('utf8').on('data', (text: string) => lines.push(text));
}
