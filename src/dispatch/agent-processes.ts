import { backoffMs } from '../lifetime/backoff.ts';
import { ChildProcess } from '../lifetime/child-process.ts';
import { sleep, type Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { Log } from '../telemetry/log.ts';
import { logAgentLine } from './agent-log-line.ts';

export type AgentProcessesSettings = {
  /** How many run side by side. */
  count: number;
  /** The program and what comes before it: `[...process.execArgv, 'dist/agent/agent.js']`. */
  nodeArgs: readonly string[];
  /** The whole environment of a child: the server's address and the agent secret among it. It should log in JSON. */
  env: Readonly<Record<string, string>>;
  /** How long one may take to end its sessions after SIGTERM before it is killed. */
  drainMs: number;
  clock: Clock;
  log: Log;
};

/** The first restart comes at once: somebody may be waiting in a room. */
const restart = { firstMs: 50, lastMs: 10_000 };
/** After this long without dying it counts as well, and the waits begin small again. */
const steadyMs = 30_000;

/**
 * The agent processes that the server starts itself. One that dies is started again; `close` lets them drain. When the
 * server is killed they are killed with it, see `ChildProcess`.
 */
export class AgentProcesses implements Closable {
  readonly #closing = new AbortController();
  readonly #supervisions: Promise<void>[];
  readonly #running = new Set<ChildProcess>();

  constructor(private readonly settings: AgentProcessesSettings) {
    this.#supervisions = Array.from({ length: settings.count }, (_, index) =>
      this.#supervise(index),
    );
  }

  /** Of those that run now. */
  get pids(): number[] {
    return [...this.#running].map(({ pid }) => pid);
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the agent processes are being stopped'));
    await Promise.all([...this.#running].map((child) => child.close()));
    await Promise.all(this.#supervisions);
  }

  async #supervise(index: number): Promise<void> {
    const { clock, log } = this.settings;
    const { signal } = this.#closing;
    for (let deaths = 0; !signal.aborted; deaths++) {
      const startedMs = clock.nowMs();
      await this.#runOnce(index);
      if (this.#isClosing()) return;
      if (clock.nowMs() - startedMs >= steadyMs) deaths = 0;
      const waitMs = backoffMs(restart, deaths, Math.random());
      log.warn({ agent: index, waitMs, deaths }, 'an agent process ended, starting another');
      await sleep(clock, waitMs, signal).catch(() => undefined);
    }
  }

  #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /** From its start to its end. Never rejects. */
  async #runOnce(index: number): Promise<void> {
    const { nodeArgs, env, drainMs, clock, log } = this.settings;
    try {
      const child = await ChildProcess.start(
        {
          file: process.execPath,
          args: nodeArgs,
          env,
          onLine: (line) => {
            logAgentLine(line, log);
          },
          stop: [{ signal: 'SIGTERM', waitMs: drainMs }],
        },
        clock,
      );
      this.#running.add(child);
      if (this.#isClosing()) await child.close();
      const exit = await child.exited;
      this.#running.delete(child);
      log.info({ agent: index, childPid: child.pid, ...exit }, 'agent process ended');
    } catch (err) {
      log.error({ err, agent: index }, 'an agent process could not be started');
    }
  }
}
