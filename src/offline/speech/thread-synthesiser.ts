import { Worker } from 'node:worker_threads';
import { PublicError } from '../../errors/public-error.ts';
import { asError, type Clock } from '../../lifetime/clock.ts';
import type { Log } from '../../telemetry/log.ts';
import type { EspeakVoice, SpokenLanguage } from './espeak.ts';
import { SynthesisReply, type SynthesisRequest } from './synthesis-message.ts';
import type { Synthesiser } from './synthesiser.ts';
import type { SpokenSentence } from './utterance.ts';

/** Sentences that wait. Each takes about 20 ms, so the last in a full queue waits for a second or two. */
const maxWaiting = 64;
/** A sentence has at most 240 characters; the slowest machine speaks that in less. Also covers the thread's start. */
const sentenceTimeoutMs = 8_000;

type Job = {
  sentence: string;
  voice: EspeakVoice;
  resolve: (spoken: SpokenSentence) => void;
  reject: (reason: Error) => void;
};
type Running = { id: number; job: Job; cancelTimeout: () => void };
type Thread = { worker: Worker; languages: Promise<SpokenLanguage[]> };

/**
 * Runs espeak-ng on a thread of its own, so that speaking for one client never holds up another. The thread starts
 * when it is first needed; a dead one is replaced for the next sentence.
 */
export class ThreadSynthesiser implements Synthesiser {
  readonly #waiting: Job[] = [];
  #thread: Thread | undefined;
  #running: Running | undefined;
  #nextId = 0;
  #closed = false;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  languages(): Promise<readonly SpokenLanguage[]> {
    return this.#started().languages;
  }

  speak(sentence: string, voice: EspeakVoice, signal: AbortSignal): Promise<SpokenSentence> {
    signal.throwIfAborted();
    if (this.#waiting.length >= maxWaiting) {
      throw new PublicError(503, 'synthesis_busy', 'Too much is being spoken. Try again soon.', {
        retryAfterSeconds: 1,
      });
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        const at = this.#waiting.indexOf(job);
        if (at !== -1) this.#waiting.splice(at, 1);
        reject(asError(signal.reason));
      };
      const leave = () => {
        signal.removeEventListener('abort', onAbort);
      };
      const job: Job = {
        sentence,
        voice,
        resolve: (spoken) => {
          leave();
          resolve(spoken);
        },
        reject: (reason) => {
          leave();
          reject(reason);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(job);
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#fail(new Error('closing'));
    for (const job of this.#waiting.splice(0)) job.reject(new Error('closing'));
    await this.#thread?.worker.terminate();
  }

  #next(): void {
    if (this.#running || this.#closed) return;
    const job = this.#waiting.shift();
    if (!job) return;
    const id = this.#nextId++;
    const cancelTimeout = this.clock.after(sentenceTimeoutMs, () => {
      this.#drop(this.#thread, new Error('a sentence took too long'));
    });
    this.#running = { id, job, cancelTimeout };
    const request: SynthesisRequest = { id, sentence: job.sentence, voice: job.voice };
    this.#started().worker.postMessage(request);
  }

  #started(): Thread {
    if (this.#thread) return this.#thread;
    const worker = new Worker(new URL('./synthesis-thread.js', import.meta.url), {
      // Its garbage is sound that was handed on: collected early, it needs little room.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    const languages = new Promise<SpokenLanguage[]>((resolve, reject) => {
      worker.on('message', (message: unknown) => {
        const reply = SynthesisReply.parse(message);
        if (reply.kind === 'ready') resolve(reply.languages);
        else this.#answered(reply);
      });
      const onGone = (cause: Error) => {
        reject(cause);
        this.#drop(thread, cause);
      };
      worker.on('error', onGone);
      worker.on('exit', () => {
        onGone(new Error('the synthesis thread ended'));
      });
    });
    const thread: Thread = { worker, languages };
    // Whoever asks for the voices gets the failure; nobody has to.
    languages.catch(() => undefined);
    this.#thread = thread;
    return thread;
  }

  #answered(reply: Exclude<SynthesisReply, { kind: 'ready' }>): void {
    if (reply.id !== this.#running?.id) return;
    if (reply.kind === 'failed') this.#fail(new Error(reply.reason));
    else {
      this.#running.cancelTimeout();
      this.#running.job.resolve({ samples: reply.samples, timing: reply.timing });
      this.#running = undefined;
    }
    this.#next();
  }

  #fail(reason: Error): void {
    this.#running?.cancelTimeout();
    this.#running?.job.reject(reason);
    this.#running = undefined;
  }

  /** Forgets a broken thread and fails the sentence that it had. */
  #drop(thread: Thread | undefined, cause: Error): void {
    if (this.#closed || thread === undefined || thread !== this.#thread) return;
    this.log.warn({ err: cause }, 'synthesis thread lost');
    this.#thread = undefined;
    this.#fail(cause);
    void thread.worker.terminate();
    this.#next();
  }
}
