import { spawn, type ChildProcess as NodeChild } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Clock } from './clock.ts';
import { Lines } from './lines.ts';
import type { Closable } from './scope.ts';

/** One step of ending a child: send `signal` to it, then give it `waitMs` before the next step. */
export type StopStep = { signal: NodeJS.Signals; waitMs: number };

export type ChildCommand = {
  file: string;
  args: readonly string[];
  /** The child's whole environment: nothing is inherited, so no secret of ours reaches a program by chance. */
  env: Readonly<Record<string, string>>;
  cwd?: string;
  /** Every line that the child writes; long ones come in pieces of 131,072 characters. */
  onLine(line: string, stream: 'stdout' | 'stderr'): void;
  /** How `close` asks it to end before it is killed. Default: SIGTERM, then 5 s. */
  stop?: readonly StopStep[];
};

export type ChildExit = { code: number | null; signal: NodeJS.Signals | null };

/**
 * Waits for its standard input to end, which happens when the process that holds the other end is gone, however it
 * went, and then kills the child's process group. Only builtins of any POSIX shell, so it needs no PATH.
 */
const guardScript = `read -r group || exit 0
read -r word
[ "$word" = done ] || kill -KILL "-$group"`;

/**
 * A program that we started and own. It runs in a process group of its own, so that Ctrl-C in a terminal reaches
 * us alone and we end our children in order, and a guard process kills that group if we are killed ourselves.
 */
export class ChildProcess implements Closable {
  readonly pid: number;
  /** Resolves, never rejects, when the child is gone and all it wrote has been read. */
  readonly exited: Promise<ChildExit>;
  readonly #stop: readonly StopStep[];
  #running = true;
  #closing: Promise<void> | undefined;

  private constructor(
    command: ChildCommand,
    private readonly clock: Clock,
    child: NodeChild,
    pid: number,
    guard: Guard,
  ) {
    this.pid = pid;
    this.#stop = command.stop ?? [{ signal: 'SIGTERM', waitMs: 5_000 }];
    this.exited = this.#watch(child, guard);
  }

  /** @throws the system's error (code ENOENT, EACCES...) when the program cannot be started */
  static async start(command: ChildCommand, clock: Clock): Promise<ChildProcess> {
    const guard = new Guard();
    try {
      const child = spawn(command.file, command.args, {
        env: command.env,
        cwd: command.cwd,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      readLines(child.stdout, (line) => {
        command.onLine(line, 'stdout');
      });
      readLines(child.stderr, (line) => {
        command.onLine(line, 'stderr');
      });
      // Before anything is awaited: from here on the child cannot outlive us.
      if (child.pid !== undefined) guard.watch(child.pid);
      await once(child, 'spawn');
      if (child.pid === undefined) throw new Error(`${command.file} started without a process id`);
      return new ChildProcess(command, clock, child, child.pid, guard);
    } catch (cause) {
      await guard.close();
      throw cause;
    }
  }

  /** Does nothing when the child is gone already. */
  signal(name: NodeJS.Signals): void {
    if (this.#running) sendSignal(this.pid, name);
  }

  /** Asks the child to end as its `stop` steps say, kills it and all it started if it does not, and waits for that. */
  close(): Promise<void> {
    return (this.#closing ??= this.#closeOnce());
  }

  async #closeOnce(): Promise<void> {
    for (const { signal, waitMs } of this.#stop) {
      this.signal(signal);
      if (await this.#exitsWithin(waitMs)) return;
    }
    if (this.#running) sendSignal(-this.pid, 'SIGKILL');
    await this.exited;
  }

  async #exitsWithin(waitMs: number): Promise<boolean> {
    const { promise: waited, cancel } = delay(this.clock, waitMs);
    const gone = await Promise.race([this.exited.then(() => true), waited.then(() => false)]);
    cancel();
    return gone;
  }

  async #watch(child: NodeChild, guard: Guard): Promise<ChildExit> {
    return await new Promise((resolve) => {
      child.once('exit', () => {
        this.#running = false;
        // What the child started and left behind goes with it; it would also keep our pipes open.
        sendSignal(-this.pid, 'SIGKILL');
      });
      child.once('close', (code: number | null, signal: NodeJS.Signals | null) => {
        void guard.close().then(() => {
          resolve({ code, signal });
        });
      });
    });
  }
}

class Guard {
  readonly #process = spawn('/bin/sh', ['-c', guardScript], {
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  readonly #gone = new Promise<void>((resolve) => {
    this.#process.once('close', () => {
      resolve();
    });
    this.#process.once('error', () => {
      resolve();
    });
  });

  constructor() {
    // A guard that was killed by somebody is no reason for us to fail.
    this.#process.stdin.on('error', () => undefined);
    this.#process.unref();
  }

  watch(group: number): void {
    this.#process.stdin.write(`${group}\n`);
  }

  async close(): Promise<void> {
    this.#process.ref();
    this.#process.stdin.end('done\n');
    await this.#gone;
  }
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  const lines = new Lines(onLine);
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    lines.push(text);
  });
  stream.on('close', () => {
    lines.end();
  });
}

function delay(clock: Clock, waitMs: number): { promise: Promise<void>; cancel: () => void } {
  let cancel = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    cancel = clock.after(waitMs, resolve);
  });
  return { promise, cancel };
}

/** @param pid of one process, or negative for a whole group. Nobody there is fine. */
function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    // EPERM: macOS says so for a group in which only a zombie is left.
    if (code !== 'ESRCH' && code !== 'EPERM') throw cause;
  }
}
