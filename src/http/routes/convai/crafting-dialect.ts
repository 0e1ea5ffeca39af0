import type { ErrorRequestHandler } from 'express';
import { CharacterInvalid } from '../../../characters/character-refusals.ts';
import { DocumentRefused } from '../../../knowledge/document.ts';
import { PublicError } from '../../../errors/public-error.ts';
import { InvalidRequest, Unauthorized } from '../../refusals.ts';
import type { Dialect } from '../../render-error.ts';

type Body = Record<string, unknown>;

/** A refusal that its page documents word for word. */
export class CraftingRefused extends PublicError {
  constructor(
    status: number,
    code: string,
    readonly body: Body,
    cause?: unknown,
  ) {
    super(status, code, Object.values(body).join(' '), { cause });
  }
}

/** Of most crafting pages: 401 is `API_ERROR`, everything else `ERROR`. */
export const craftingDialect: Dialect = (error, traceId) =>
  error instanceof Unauthorized ? { API_ERROR: keyProblem(error) } : errorBody(error, traceId);

/** Of the backstory and chat history pages, where 401 is `ERROR` as well. */
export const plainErrorDialect: Dialect = (error, traceId) =>
  error instanceof Unauthorized
    ? { ERROR: 'Invalid API key provided.' }
    : errorBody(error, traceId);

function errorBody(error: PublicError, traceId: string): Body {
  if (error instanceof CraftingRefused) return error.body;
  // `docs` of an update stand on the knowledge bank's page, whose every refusal is `API_ERROR`.
  if (error instanceof DocumentRefused) return { API_ERROR: error.message };
  return { ERROR: error.message, ...(error.status >= 500 && { 'Reference ID': traceId }) };
}

function keyProblem({ code }: PublicError): string {
  return code === 'missing_api_key' ? 'api_key not found.' : 'Invalid API key provided.';
}

/** A body that cannot be read is 400 on these pages; they know no 422. */
export const unreadableIs400: ErrorRequestHandler = (thrown: unknown, _req, _res, next) => {
  next(
    thrown instanceof InvalidRequest
      ? new PublicError(400, thrown.code, thrown.message, { cause: thrown })
      : thrown,
  );
};

/** The list pages say 400, and not 401, when there is no key at all. */
export const missingKeyIs400: ErrorRequestHandler = (thrown: unknown, _req, _res, next) => {
  const isMissing = thrown instanceof Unauthorized && thrown.code === 'missing_api_key';
  next(
    isMissing
      ? new CraftingRefused(400, 'missing_api_key', { API_ERROR: 'api_key not found.' })
      : thrown,
  );
};

/**
 * Runs what may find fault with a request's fields.
 * @param body the documented words for that; the fault itself stands beside them as `REASON`
 */
export async function orRefuse<T>(body: Body, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof InvalidRequest || cause instanceof CharacterInvalid)
      throw new CraftingRefused(400, cause.code, { ...body, REASON: cause.message });
    throw cause;
  }
}
