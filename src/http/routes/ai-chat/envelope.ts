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
