export type PublicErrorOptions = {
  /** The private reason: goes to our log, never to the caller. */
  cause?: unknown;
  /** Whole seconds after which trying again makes sense; becomes `Retry-After`. Never: waiting alone changes nothing. */
  retryAfterSeconds?: number | 'never';
};

/** An error whose status, stable code and message are fit for strangers. Everything else is rendered as a plain 500. */
export class PublicError extends Error {
  override readonly name: string = 'PublicError';
  readonly retryAfterSeconds: number | 'never' | undefined;

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    options: PublicErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
