import type { Clock } from '../lifetime/clock.ts';
import { sleep } from '../lifetime/clock.ts';
import { deadline } from '../lifetime/deadline.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { Afterwork, Task } from '../memory/afterwork.ts';
import type { Log } from '../telemetry/log.ts';

export type AfterworkerDeps = {
  afterwork: Pick<Afterwork, 'take' | 'failed' | 'giveBack'>;
  work: (task: Task, signal: AbortSignal) => Promise<void>;
  /** Whether somebody waits for an answer right now. */
  isBusy: () => boolean;
  clock: Clock;
  log: Log;
};

/** Due again after a failure, or by another server's word. */
const lookEveryMs = 5_000;
const taskMs = 2 * 60_000;
/** Answers go first, but a server that always answers somebody remembers things too. */
const politeMs = 15_000;
const politeStepMs = 250;

/** Does what is to be done with conversations, one task at a time, when nobody waits for an answer. */
export class Afterworker implements Closable {
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;
  #wake: () => void = () => undefined;

  constructor(private readonly deps: AfterworkerDeps) {
    this.#done = this.#run();
  }

  /** Looks for work now. */
  wake(): void {
    this.#wake();
  }

  /** What runs is broken off, and done again by the next one. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#letOthersGoFirst(signal);
        const task = await this.deps.afterwork.take();
        if (task) await this.#do(task, signal);
        else await this.#rest();
      } catch (err) {
        await this.#unreachable(err, signal);
      }
    }
  }

  async #unreachable(err: unknown, { aborted }: AbortSignal): Promise<void> {
    if (aborted) return;
    this.deps.log.error({ err }, 'there is no getting at what is to be done');
    await this.#rest();
  }

  async #do(task: Task, closing: AbortSignal): Promise<void> {
    const { afterwork, clock, log, work } = this.deps;
    const { conversationId, kind, attempt } = task;
    const limit = deadline(clock, kind, taskMs, closing);
    try {
      await work(task, limit.signal);
    } catch (err) {
      if (closing.aborted) {
        await afterwork.giveBack(task);
        return;
      }
      const willRetry = await afterwork.failed(task);
      log.warn(
        { err, conversationId, kind, attempt, willRetry },
        'a conversation was not worked on',
      );
    } finally {
      limit.clear();
    }
  }

  async #letOthersGoFirst(signal: AbortSignal): Promise<void> {
    const { clock, isBusy } = this.deps;
    const untilMs = clock.nowMs() + politeMs;
    while (isBusy() && clock.nowMs() < untilMs) await sleep(clock, politeStepMs, signal);
  }

  #rest(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.deps.clock.after(lookEveryMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
