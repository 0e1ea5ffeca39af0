import type { ErrorRequestHandler, Request, Response } from 'express';
import * as z from 'zod';
import { PublicError } from '../errors/public-error.ts';
import type { Log } from '../telemetry/log.ts';
import { maxBodyBytes } from './json-body.ts';
import {
  BadRequest,
  BodyTooLarge,
  CharacterNotFound,
  InvalidRequest,
  UnsupportedBody,
} from './refusals.ts';
import { contextOf } from './request-context.ts';

/** How one public API words its refusals: the JSON body for an error fit for strangers. */
export type Dialect = (error: PublicError, traceId: string) => unknown;

/**
 * FastAPI's, which Convai's live API speaks. `detail` is what its documents show; `message` stands beside it because
 * `@convai/web-sdk` shows the body's `message`, and would show a list of problems as "[object Object]".
 * An unknown character is answered by exactly the documented body.
 */
export const convaiDialect: Dialect = (error, traceId) => {
  if (error instanceof CharacterNotFound) return { detail: error.message };
  const detail = error instanceof InvalidRequest ? error.problems : error.message;
  const body = { detail, message: error.message, code: error.code };
  return error.status >= 500 ? { ...body, request_trace_id: traceId } : body;
};

/** Sends a refusal. @returns false when nothing more can be said, because half an answer is out */
export type Sender = (req: Request, res: Response, body: unknown) => boolean;

export const asJson: Sender = (_req, res, body) => {
  if (res.headersSent) return false;
  res.json(body);
  return true;
};

/** The only place where an error becomes an answer; mounted last in the router of each API with that API's dialect. */
export function renderErrors(dialect: Dialect, log: Log, send = asJson): ErrorRequestHandler {
  return (thrown: unknown, req, res, next) => {
    const { traceId } = contextOf(req);
    const error = asPublic(thrown);
    const fields = { traceId, status: error.status, code: error.code };
    if (error.status >= 500) log.error({ ...fields, err: error.cause ?? error }, 'request failed');
    else log.debug({ ...fields, ...problemFields(error) }, 'request refused');
    if (!res.headersSent) setHead(res, error);
    // Half an answer is out; closing the connection is then the only way left to say that it is broken.
    if (!send(req, res, dialect(error, traceId))) next(thrown);
  };
}

function setHead(res: Response, error: PublicError): void {
  const retryAfterSeconds = error.retryAfterSeconds ?? (error.status === 503 ? 2 : undefined);
  if (typeof retryAfterSeconds === 'number')
    res.setHeader('Retry-After', String(Math.max(1, Math.ceil(retryAfterSeconds))));
  if (error.status === 401) res.setHeader('WWW-Authenticate', 'Bearer');
  res.status(error.status);
}

/** How a body was wrong; never what it said. */
function problemFields(error: PublicError) {
  if (!(error instanceof InvalidRequest)) return {};
  return { problems: error.problems.map(({ type }) => type) };
}

/** What express and its body reader throw: a status and, from the reader, a stable `type`. */
const ReaderError = z.object({ status: z.int().min(400).max(499), type: z.string().optional() });

function asPublic(thrown: unknown): PublicError {
  if (thrown instanceof PublicError) return thrown;
  const reader = ReaderError.safeParse(thrown);
  if (!reader.success)
    return new PublicError(
      500,
      'internal_error',
      'Something went wrong here. It has been logged.',
      {
        cause: thrown,
      },
    );
  const { type } = reader.data;
  if (type === 'entity.too.large') return new BodyTooLarge(maxBodyBytes, thrown);
  if (type === 'encoding.unsupported' || type === 'charset.unsupported')
    return new UnsupportedBody(thrown);
  return new BadRequest(thrown);
}
