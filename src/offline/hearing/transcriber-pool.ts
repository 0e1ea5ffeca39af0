import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PublicError } from '../../errors/public-error.ts';
import { asError } from '../../lifetime/clock.ts';
import type { HearingStream, Recogniser } from './recogniser.ts';
import { TranscriberStream } from './transcriber-stream.ts';
import { Transcriber, TranscriberLost, type TranscriberDeps } from './transcriber.ts';

/** Utterances that wait. The last of a full queue waits for a few seconds; nobody wants an answer later than that. */
const maxWaiting = 8;

type Job = {
  samples: Int16Array;
  /** A process that dies takes its utterance along: it is heard once more by another. */
  tries: number;
  aborted: () => boolean;
  resolve: (text: string) => void;
  reject: (cause: Error) => void;
};

/**
 * A few recogniser processes: each is started when all others are busy, stays warm, and is replaced when it dies.
 * PocketSphinx cannot be stopped in the middle of an utterance; what was aborted while it waited is never heard.
 */
export class TranscriberPool implements Recogniser {
  readonly #idle: Transcriber[] = [];
  readonly #all = new Set<Transcriber>();
  readonly #queue: Job[] = [];
  readonly #starting = new Set<Promise<void>>();
  #streams = 0;
  #closed = false;

  constructor(
    private readonly deps: TranscriberDeps,
    private readonly maxProcesses: number,
  ) {}

  /** Process ids, for whoever wants to measure them. */
  get pids(): number[] {
    return [...this.#all].flatMap(({ pid }) => pid ?? []);
  }

  /** Loads the model before the first words come. */
  warmUp(): void {
    if (this.#installed() && this.#all.size + this.#starting.size === 0) this.#start();
  }

  recognise(samples: Int16Array, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    if (!this.#installed()) {
      throw new PublicError(
        503,
        'recogniser_not_installed',
        'The speech recogniser is not installed. Get it with: npm run setup',
      );
    }
    if (this.#queue.length >= maxWaiting) {
      throw new PublicError(503, 'recogniser_busy', 'Too many are speaking. Try again soon.', {
        retryAfterSeconds: 1,
      });
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        const at = this.#queue.indexOf(job);
        if (at !== -1) this.#queue.splice(at, 1);
        reject(asError(signal.reason));
      };
      const leave = () => {
        signal.removeEventListener('abort', onAbort);
      };
      const job: Job = {
        samples,
        tries: 0,
        aborted: () => signal.aborted,
        resolve: (text) => {
          leave();
          resolve(text);
        },
        reject: (cause) => {
          leave();
          reject(cause);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(job);
      this.#next();
    });
  }

  /** Streams take all processes but one, which is kept for those who find none. */
  openStream(onPartial: (words: string) => void): HearingStream | undefined {
    const isFree = this.#queue.length === 0 && this.#streams < this.maxProcesses - 1;
    if (this.#closed || !isFree || !this.#installed()) return undefined;
    const transcriber = this.#takeIdle();
    if (!transcriber) {
      // The next one finds it.
      if (this.#all.size + this.#starting.size < this.maxProcesses) this.#start();
      return undefined;
    }
    this.#streams++;
    return new TranscriberStream(transcriber, onPartial, () => {
      this.#streams--;
      if (transcriber.lost) this.#all.delete(transcriber);
      else this.#idle.push(transcriber);
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#queue.splice(0)) job.reject(new Error('closing'));
    await Promise.all([...this.#all].map((transcriber) => transcriber.close()));
    await Promise.all(this.#starting);
  }

  #installed(): boolean {
    return existsSync(join(this.deps.cacheDir, 'speech/bin/python'));
  }

  #next(): void {
    if (this.#closed) return;
    while (this.#queue.length > 0) {
      const transcriber = this.#takeIdle();
      if (!transcriber) break;
      void this.#work(transcriber);
    }
    // As many more as have something to do.
    const wanted = this.#queue.length - this.#starting.size;
    const room = this.maxProcesses - this.#all.size - this.#starting.size;
    for (let i = 0; i < Math.min(wanted, room); i++) this.#start();
  }

  #takeIdle(): Transcriber | undefined {
    for (;;) {
      const transcriber = this.#idle.pop();
      if (!transcriber?.lost) return transcriber;
      this.#all.delete(transcriber);
    }
  }

  async #work(transcriber: Transcriber): Promise<void> {
    const job = this.#queue.shift();
    if (!job) return;
    try {
      job.resolve(await transcriber.hear('whole', job.samples));
    } catch (cause) {
      this.deps.log.warn({ err: cause }, 'speech recogniser lost');
      if (job.tries++ === 0 && !job.aborted() && !this.#closed) this.#queue.unshift(job);
      else job.reject(asError(cause));
    } finally {
      if (transcriber.lost) this.#all.delete(transcriber);
      else this.#idle.push(transcriber);
      this.#next();
    }
  }

  #start(): void {
    const starting = this.#startOne().finally(() => {
      this.#starting.delete(starting);
      this.#next();
    });
    this.#starting.add(starting);
  }

  async #startOne(): Promise<void> {
    try {
      const transcriber = await Transcriber.start(this.deps);
      if (this.#closed) await transcriber.close();
      else {
        this.#all.add(transcriber);
        this.#idle.push(transcriber);
      }
    } catch (cause) {
      this.deps.log.error({ err: cause }, 'speech recogniser did not start');
      // Whoever waits for the only one must not wait for ever; others go on with those that run.
      if (this.#all.size === 0) {
        for (const job of this.#queue.splice(0)) job.reject(lostError(cause));
      }
    }
  }
}

function lostError(cause: unknown): Error {
  if (!(cause instanceof TranscriberLost)) return asError(cause);
  return new PublicError(503, 'recogniser_broken', 'The speech recogniser does not start.', {
    cause,
  });
}
