import type { Request } from 'express';
import type { PublicError } from '../../../errors/public-error.ts';
import { errorCodeOf } from '../../../protocol/xingchen/error-codes.ts';
import type { Refusal } from '../../../protocol/xingchen/envelope.ts';
import { asJson, type Dialect, type Sender } from '../../render-error.ts';
import { contextOf } from '../../request-context.ts';

/** The envelope of success. */
export const ok = <T>(req: Request, data: T) => ({
  requestId: contextOf(req).traceId,
  code: 200 as const,
  data,
  success: true as const,
});

/** What the other APIs say of these does not help here. */
const messages: Readonly<Record<string, string>> = {
  method_not_allowed: 'This path takes another method. The header Allow says which.',
  missing_api_key: 'The API key is missing. Send it as Authorization: Bearer <key>.',
  character_not_found:
    'There is no such character in this workspace, and none of another one that is open to you. Check characterId.',
};

/** Refusals, each with its number (docs/xingchen.md). */
export const xingchenDialect: Dialect = (error, traceId): Refusal => {
  const code = errorCodeOf(error.code, error.status);
  const message = messageOf(error);
  return {
    requestId: traceId,
    code,
    success: false,
    httpStatusCode: error.status,
    errorCode: code,
    errorName: error.code,
    errorMessage: message,
    message,
  };
};

const messageOf = ({ code, message }: PublicError) =>
  Object.hasOwn(messages, code) ? (messages[code] ?? message) : message;

/** Whether the answer is wanted as server-sent events. `Accept` says nothing about that: clients send it either way. */
export function wantsEvents(req: Request): boolean {
  return req.get('x-aca-sse')?.trim().toLowerCase() === 'enable';
}

/** Whether what is said is to be inspected. */
export function wantsInspection(req: Request): boolean {
  return req.get('x-aca-datainspection')?.trim().toLowerCase() === 'enable';
}

/** One event as readers of this API know it: they look for `event:error`, without a blank. */
export const eventOf = (data: unknown, event?: string) =>
  `${event === undefined ? '' : `event:${event}\n`}data:${JSON.stringify(data)}\n\n`;

export const eventHeaders = {
  'Content-Type': 'text/event-stream;charset=UTF-8',
  'Cache-Control': 'no-cache, no-store',
  // Proxies such as nginx would gather the pieces otherwise.
  'X-Accel-Buffering': 'no',
};

/** Readers of a stream see nothing but events: to them a refusal is one, whether the answer has begun or not. */
export const sendRefusal: Sender = (req, res, body) => {
  const isStream = res.headersSent
    ? String(res.getHeader('content-type')).startsWith('text/event-stream')
    : wantsEvents(req) && req.method === 'POST' && /^\/chat\/send\/?$/i.test(req.path);
  if (!isStream) return asJson(req, res, body);
  if (!res.headersSent) res.set(eventHeaders);
  res.end(eventOf(body, 'error'));
  return true;
};
