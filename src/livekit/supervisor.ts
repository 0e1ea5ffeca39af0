import { ChildProcess, type StopStep } from '../lifetime/child-process.ts';
import { sleep, type Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { Log } from '../telemetry/log.ts';
import { SetUpFailed } from '../errors/set-up-failed.ts';
import { logLiveKitLine } from './log-line.ts';
import type { LiveKitNetwork } from './network.ts';
import { assertPortsFree } from './ports.ts';
import { renderLiveKitConfig, type LiveKitKeys, type LiveKitPorts } from './settings.ts';

export type LiveKitSettings = {
  /** livekit-server itself, as `findLiveKit` gives it. */
  binary: string;
  /** The text of livekit.yaml. */
  template: string;
  network: LiveKitNetwork;
  ports: LiveKitPorts;
  keys: LiveKitKeys;
};

export type LiveKitTools = {
  clock: Clock;
  log: Log;
  /** Told whenever it went away and whenever it is back; rooms do not survive that. Not told of the first start. */
  onChange?: (state: 'down' | 'up') => void;
};

/** It answers about 0.2 s after its start; on a machine that is busy building something, much later. */
const startMs = 20_000;
const pollMs = 50;
/** An answer on loopback takes a millisecond. */
const answerMs = 2_000;
/** Doubling from here to there, so that one crash costs little and a broken set-up does not burn the CPU. */
const firstRestartMs = 200;
const lastRestartMs = 10_000;
/** After this long without dying it counts as well, and the waits begin small again. */
const steadyMs = 30_000;

/** The first SIGTERM makes it wait for participants to leave, as long as that takes; the second one ends that wait. */
const stopSteps: readonly StopStep[] = [
  { signal: 'SIGTERM', waitMs: 200 },
  { signal: 'SIGTERM', waitMs: 6_000 },
];

/** A livekit-server that runs as our child, comes back when it dies, and ends with `close`. */
export class LiveKit implements Closable {
  /** For processes on this machine. */
  readonly url: string;
  readonly #closing = new AbortController();
  readonly #supervision: Promise<void>;
  #child: ChildProcess;
  #closed: Promise<void> | undefined;

  private constructor(
    private readonly settings: LiveKitSettings,
    private readonly tools: LiveKitTools,
    first: ChildProcess,
  ) {
    this.url = `ws://127.0.0.1:${settings.ports.http}`;
    this.#child = first;
    this.#supervision = this.#supervise();
  }

  /**
   * Starts it and waits until it answers.
   * @throws {SetUpFailed} when one of its ports is in use, or it does not come up
   */
  static async start(settings: LiveKitSettings, tools: LiveKitTools): Promise<LiveKit> {
    const child = await startOnce(settings, tools);
    tools.log.info({ pid: child.pid, port: settings.ports.http }, 'livekit-server runs');
    return new LiveKit(settings, tools, child);
  }

  /** The process id of the one that runs now. */
  get pid(): number {
    return this.#child.pid;
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#closeOnce());
  }

  async #closeOnce(): Promise<void> {
    this.#closing.abort(new Error('livekit-server is being stopped'));
    await this.#child.close();
    await this.#supervision;
    // One that was just being started when we began to close.
    await this.#child.close();
  }

  async #supervise(): Promise<void> {
    const { clock, log, onChange } = this.tools;
    let deaths = 0;
    while (!this.#closing.signal.aborted) {
      const upSinceMs = clock.nowMs();
      const exit = await this.#child.exited;
      if (this.#isClosing()) return;
      if (clock.nowMs() - upSinceMs >= steadyMs) deaths = 0;
      log.warn({ ...exit }, 'livekit-server died');
      onChange?.('down');
      deaths = await this.#restart(deaths);
      if (this.#isClosing()) return;
      log.info({ pid: this.#child.pid }, 'livekit-server is back');
      onChange?.('up');
    }
  }

  /** Tries until it runs or we close. @returns how often it has died or failed to start in a row */
  async #restart(deaths: number): Promise<number> {
    const { clock, log } = this.tools;
    const { signal } = this.#closing;
    for (let tries = deaths; ; tries++) {
      const waitMs = Math.min(lastRestartMs, firstRestartMs * 2 ** Math.min(tries, 10));
      try {
        await sleep(clock, waitMs, signal);
        this.#child = await startOnce(this.settings, this.tools, signal);
        return tries + 1;
      } catch (err) {
        if (signal.aborted) return tries;
        log.warn({ err, waitedMs: waitMs }, 'livekit-server could not be restarted');
      }
    }
  }

  #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }
}

/** @throws {SetUpFailed} when it cannot run; nothing is left running then */
async function startOnce(
  { binary, template, network, ports, keys }: LiveKitSettings,
  { clock, log }: LiveKitTools,
  signal?: AbortSignal,
): Promise<ChildProcess> {
  await assertPortsFree(network, ports);
  const recent: string[] = [];
  const child = await ChildProcess.start(
    {
      file: binary,
      args: [],
      // In its environment, where only this user can read it, so that no secret lands on the disk. Nothing else:
      // livekit-server takes every LIVEKIT_... variable for one of its settings.
      env: { LIVEKIT_CONFIG: renderLiveKitConfig(template, network, ports, keys) },
      stop: stopSteps,
      onLine(line) {
        recent.push(line);
        if (recent.length > 5) recent.shift();
        logLiveKitLine(line, log);
      },
    },
    clock,
  );
  const stop = () => void child.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    if (signal?.aborted) stop();
    if (await answers(`http://127.0.0.1:${ports.http}/`, child, clock)) return child;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  await child.close();
  signal?.throwIfAborted();
  throw new SetUpFailed(`livekit-server did not start. It said last: ${recent.join(' | ')}`);
}

/** Asks until it answers that it is ready. @returns false when it ended, or the time was up */
async function answers(url: string, child: ChildProcess, clock: Clock): Promise<boolean> {
  const untilMs = clock.nowMs() + startMs;
  const gone = new AbortController();
  void child.exited.then(() => {
    gone.abort(new Error('livekit-server ended'));
  });
  while (clock.nowMs() < untilMs && !gone.signal.aborted) {
    try {
      const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(answerMs)]);
      const answer = await fetch(url, { signal });
      await answer.body?.cancel();
      if (answer.ok) return true;
    } catch {
      // Refused: it does not listen yet.
    }
    await sleep(clock, pollMs, gone.signal).catch(() => undefined);
  }
  return false;
}
