import type { RequestHandler } from 'express';

export const corsHeaders = {
  // Keys travel in headers and no answer depends on a cookie of a foreign page, so any page may read any answer;
  // credentials stay off, so a browser never lends its cookies to one.
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers':
    'Retry-After, X-Request-Trace-Id, RateLimit, RateLimit-Policy, Content-Disposition, ETag, Content-Length, Content-Range, X-Character-Session-Id',
} as const;

const allowedHeaders =
  'content-type, x-api-key, convai-api-key, api-auth-token, authorization, accept, cache-control, if-match, idempotency-key, range';
/** A list of header names and nothing else. */
const headerList = /^[\w-]+(\s*,\s*[\w-]+){0,50}$/;

/** On every answer, refusals too: without it a browser shows "Failed to fetch" in place of the reason. */
export const cors: RequestHandler = (req, res, next) => {
  res.set(corsHeaders);
  const asksMethod = req.headers['access-control-request-method'] !== undefined;
  if (req.method !== 'OPTIONS' || !asksMethod) {
    next();
    return;
  }
  const asked = req.headers['access-control-request-headers']?.trim() ?? '';
  res.set({
    'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
    // Whatever is asked for, if well-formed: a header that we do not know cannot do anything here.
    'Access-Control-Allow-Headers':
      asked.length <= 1_000 && headerList.test(asked) ? asked : allowedHeaders,
    'Access-Control-Max-Age': '7200',
    Vary: 'Access-Control-Request-Headers',
  });
  res.status(204).end();
};
