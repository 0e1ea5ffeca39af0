import { APIConnectionError, APIError } from 'openai';
import * as z from 'zod';
import { WavUnreadable } from '../audio/wav-decoder.ts';
import { asError, type Clock } from '../lifetime/clock.ts';
import { TimedOut } from '../lifetime/deadline.ts';
import type { StageSettings } from '../protocol/provider-settings.ts';
import { TooMuch } from './kept-connections.ts';
import { ProviderFailed, type ProviderStage } from './provider-failed.ts';

/** Only time spent waiting for the provider counts, not the time its answer waits to be used. */
export type Timeouts = {
  /** Until the first useful piece: connecting, thinking, first byte. */
  firstMs: number;
  /** Between two useful pieces. */
  idleMs: number;
  /** For the whole answer. */
  totalMs: number;
};

export type ProviderDeps = { clock: Clock; timeouts?: Partial<Timeouts> | undefined };

/** The provider answered with something that is no answer. */
export class Garbage extends Error {
  override readonly name = 'Garbage';
  constructor(
    what: string,
    readonly retryable: boolean,
  ) {
    super(what);
  }
}

/** The answer ended, without a fault of the connection, before it was whole. */
export class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
}

/** The provider says no in the middle of its answer, in these words. */
export class RefusedInAnswer extends Error {
  override readonly name = 'RefusedInAnswer';
}

/** A status other than 200, with the first words of its explanation. */
class Refusal extends Error {
  override readonly name = 'Refusal';
}

const maxRefusalLetters = 500;

/**
 * One call to a provider from its request to its end. Its signal aborts the request when the caller's signal does,
 * when a wait takes too long, and when it is closed before all of the answer was read.
 */
export class Attempt {
  readonly #controller = new AbortController();
  readonly #onParent = () => this.#controller.abort(this.parent.reason);
  #what = 'the first piece';
  #phaseLeftMs: number;
  #totalLeftMs: number;
  #answered = false;

  constructor(
    private readonly stage: ProviderStage,
    private readonly settings: StageSettings,
    private readonly clock: Clock,
    private readonly timeouts: Timeouts,
    private readonly parent: AbortSignal,
  ) {
    this.#phaseLeftMs = timeouts.firstMs;
    this.#totalLeftMs = timeouts.totalMs;
    if (parent.aborted) this.#onParent();
    else parent.addEventListener('abort', this.#onParent, { once: true });
  }

  /** Hand it to the request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Sends the request unless the caller has aborted already, and waits for the head of the answer. */
  async request(send: (signal: AbortSignal) => Promise<Response>): Promise<Response> {
    const response = await this.wait(() => send(this.signal));
    this.#answered = true;
    return response;
  }

  /** The answer's body in pieces as they come. */
  async *body(response: Response): AsyncGenerator<Uint8Array, void> {
    if (!response.body) throw new Garbage('an answer without a body', false);
    const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
    for (;;) {
      const { done, value } = await this.wait(() => reader.read());
      if (done) return;
      yield value;
    }
  }

  /** @throws the signal's reason, or what `work` throws; `failure` makes sense of both */
  async wait<T>(work: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    const timeoutMs = Math.min(this.#phaseLeftMs, this.#totalLeftMs);
    const startedMs = this.clock.nowMs();
    const cancel = this.clock.after(timeoutMs, () =>
      this.#controller.abort(new TimedOut(`${this.stage}: ${this.#what}`, timeoutMs)),
    );
    try {
      return await work();
    } finally {
      cancel();
      const waitedMs = this.clock.nowMs() - startedMs;
      this.#phaseLeftMs -= waitedMs;
      this.#totalLeftMs -= waitedMs;
    }
  }

  /** A useful piece came: the next one has the whole idle time, or `limitMs`. */
  progressed(limitMs = this.timeouts.idleMs): void {
    this.#what = 'the next piece';
    this.#phaseLeftMs = limitMs;
  }

  /** What the caller is told: its own reason when it aborted, else a `ProviderFailed`. */
  failure(cause: unknown): unknown {
    if (this.parent.aborted) return asError(this.parent.reason);
    const failed = (reason: ProviderFailed['reason'], retryable: boolean, why: unknown = cause) =>
      new ProviderFailed(this.stage, reason, retryable, why);
    const stopped: unknown = this.signal.reason;
    if (stopped instanceof TimedOut) return failed('timeout', true, stopped);
    if (cause instanceof APIConnectionError) return failed('unreachable', true, this.#root(cause));
    if (cause instanceof APIError) return this.#refused(cause);
    if (cause instanceof RefusedInAnswer) {
      return failed('refused', true, new Refusal(this.#fitForLog(cause.message)));
    }
    if (cause instanceof Garbage) return failed('garbage', cause.retryable);
    if (cause instanceof TooMuch || cause instanceof WavUnreadable) return failed('garbage', false);
    if (cause instanceof SyntaxError || cause instanceof z.ZodError) return failed('garbage', true);
    const broken = cause instanceof BrokenOff || (this.#answered && isConnectionError(cause));
    if (broken) return failed('brokeOff', true);
    return cause;
  }

  /** Ends the request when it still runs. */
  close(): void {
    this.parent.removeEventListener('abort', this.#onParent);
    this.#controller.abort();
  }

  /** Too many requests, a conflict, a timeout or a fault of the server may pass; other refusals stay. */
  #refused({ status, message }: { status: number | undefined; message: string }): ProviderFailed {
    const code = status ?? 0;
    const retryable = code === 408 || code === 409 || code === 429 || code >= 500;
    const why = new Refusal(`HTTP ${this.#fitForLog(message)}`);
    return new ProviderFailed(this.stage, 'refused', retryable, why);
  }

  /** The client wraps what happened on the wire. */
  #root(error: APIConnectionError): unknown {
    return error.cause ?? error;
  }

  /** Some servers repeat the key that they refuse. */
  #fitForLog(words: string): string {
    const { apiKey } = this.settings;
    return (apiKey ? words.replaceAll(apiKey, '***') : words).slice(0, maxRefusalLetters);
  }
}

/** Node's errors of sockets, TLS and the HTTP parser have a code. */
function isConnectionError(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string';
}
