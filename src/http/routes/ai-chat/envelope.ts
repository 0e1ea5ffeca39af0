import type { Response } from 'express';
import { PublicError } from '../../../errors/public-error.ts';
import type { Dialect } from '../../render-error.ts';

/** The envelope of success. */
export const ok = <T>(data: T) => ({ code: 200, message: 'OK', data });

/** A refusal, and what the character says instead. */
export class InCharacter extends PublicError {
  override readonly name = 'InCharacter';
  constructor(
    why: PublicError,
    readonly content: string,
  ) {
    super(why.status, why.code, why.message, {
      cause: why.cause ?? why,
      ...(why.retryAfterSeconds !== undefined && { retryAfterSeconds: why.retryAfterSeconds }),
    });
  }
}

export const aiChatDialect: Dialect = (error) => ({
  code: error.status,
  message: error.message,
  data: { error: error.code, ...(error instanceof InCharacter && { content: error.content }) },
});

/** Aborted when the client has left before it was answered. */
export function leavingOf(res: Response): AbortSignal {
  const left = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) left.abort(new Error('the client has left'));
  });
  return left.signal;
}
