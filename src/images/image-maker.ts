import { backoffMs } from '../lifetime/backoff.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { Images } from '../providers/images/images.ts';
import { ProviderFailed } from '../providers/provider-failed.ts';
import type { Log } from '../telemetry/log.ts';
import { leaseMs, mostAttempts, type Claimed, type ImageWork } from './image-work.ts';

export type ImageMakerDeps = {
  work: ImageWork;
  provider: Images;
  clock: Clock;
  log: Log;
  /** 0 to 1. */
  random: () => number;
};

/** How often a server looks for what another one left, or what is to be tried again. */
const lookMs = 3_000;
/** At once: endpoints take half a minute for a picture, and have limits of their own. */
const lanes = 2;
const retries = { firstMs: 4_000, lastMs: 120_000 };

const faults: Record<ProviderFailed['reason'], string> = {
  refused: 'The images endpoint refused to draw this.',
  unreachable: 'The images endpoint cannot be reached.',
  timeout: 'The images endpoint took too long.',
  garbage: 'The images endpoint answered with something that is no picture.',
  brokeOff: 'The images endpoint broke its answer off.',
};

/** Draws what waits, in the background. All it does is in the database: a restart goes on where it was. */
export class ImageMaker implements Closable {
  readonly #closing = new AbortController();
  readonly #running: Promise<unknown>;
  readonly #wakes = new Set<() => void>();

  constructor(private readonly deps: ImageMakerDeps) {
    this.#running = Promise.all(Array.from({ length: lanes }, () => this.#run()));
  }

  /** There is something to draw. */
  wake(): void {
    for (const wake of [...this.#wakes]) wake();
  }

  /** What is being drawn is broken off, and drawn after the next start. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the server stops'));
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const rest = this.#rest();
      try {
        const claimed = await this.deps.work.claim();
        if (claimed) {
          rest.skip();
          await this.#draw(claimed);
        }
      } catch (err) {
        this.deps.log.error({ err }, 'working on pictures failed');
      }
      await rest.over;
    }
  }

  /** Begins before it is looked for work, so that no call to `wake` is lost in between. */
  #rest(): { over: Promise<void>; skip: () => void } {
    let skip: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      const cancel = this.deps.clock.after(lookMs, () => {
        skip();
      });
      skip = () => {
        cancel();
        this.#wakes.delete(skip);
        resolve();
      };
      this.#wakes.add(skip);
    });
    return {
      over,
      skip: () => {
        skip();
      },
    };
  }

  async #draw(claimed: Claimed): Promise<void> {
    const { work, provider, clock, log } = this.deps;
    const stopped = new AbortController();
    const beat = () => {
      work.renew(claimed).then(
        (isOurs) => {
          if (!isOurs) stopped.abort(new Error('nobody wants it any more'));
        },
        (err: unknown) => {
          log.warn({ err }, 'a picture could not be held');
        },
      );
      cancelBeat = clock.after(leaseMs / 3, beat);
    };
    let cancelBeat = clock.after(leaseMs / 3, beat);
    const startedMs = clock.nowMs();
    try {
      const signal = AbortSignal.any([stopped.signal, this.#closing.signal]);
      if (claimed.attempts > mostAttempts) throw new GivenUp();
      const made = await provider.make(claimed.prompt, { signal });
      await work.finish(claimed, made);
      const ms = Math.round(clock.nowMs() - startedMs);
      log.info({ jobId: claimed.id, kind: made.kind, ms }, 'a picture was made');
    } catch (err) {
      if (!stopped.signal.aborted) await this.#onFailure(claimed, err);
    } finally {
      cancelBeat();
    }
  }

  async #onFailure(claimed: Claimed, err: unknown): Promise<void> {
    const { work, log, random } = this.deps;
    const { id: jobId, attempts } = claimed;
    if (this.#closing.signal.aborted) {
      await work.giveBack(claimed);
      return;
    }
    const mayPass = !(err instanceof ProviderFailed) || err.retryable;
    const willRetry = mayPass && attempts < mostAttempts;
    log.warn({ err, jobId, attempts, willRetry }, 'a picture was not made');
    if (willRetry) await work.retry(claimed, backoffMs(retries, attempts - 1, random()));
    else await work.fail(claimed, faultOf(err));
  }
}

/** The server ended each time it worked on it. */
class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

const faultOf = (err: unknown) =>
  err instanceof ProviderFailed ? faults[err.reason] : 'Drawing it was given up.';
