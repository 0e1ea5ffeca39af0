import { isUtf8 } from 'node:buffer';
import express, { type Request, type RequestHandler } from 'express';
import type * as z from 'zod';
import { problemsOf } from './problems.ts';
import { BadRequest, InvalidRequest, UnsupportedBody, type Problem } from './refusals.ts';
import { contextOf } from './request-context.ts';

/** The largest body any API takes here; far more than a session's settings, far less than what hurts. */
export const maxBodyBytes = 1_048_576;
/** Deeper nesting has no use in any request and would exhaust the stack of whatever walks it. */
const maxDepth = 64;

/**
 * Reads the body as JSON into the request's context. Mounted after the key is checked: strangers send no megabytes.
 * @param comments whether `// …` may stand in it: documented examples of some APIs have them
 */
export function jsonBody({ comments = false } = {}): RequestHandler[] {
  return [
    requireJson,
    express.raw({ type: () => true, limit: maxBodyBytes }),
    (req, _res, next) => {
      const raw: unknown = req.body;
      if (Buffer.isBuffer(raw) && raw.length > 0) contextOf(req).body = parseJson(raw, comments);
      next();
    },
  ];
}

/** @throws {InvalidRequest} with every problem found */
export function parseBody<S extends z.ZodType>(schema: S, req: Request): z.output<S> {
  const { body } = contextOf(req);
  if (body === undefined)
    throw new InvalidRequest([
      { type: 'missing', loc: ['body'], msg: 'Field required', input: null },
    ]);
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new InvalidRequest(problemsOf(parsed.error, body));
  return parsed.data;
}

/** A request without any body passes; what is missing in it is said field by field later. */
const requireJson: RequestHandler = (req, _res, next) => {
  const hasBody =
    req.headers['transfer-encoding'] !== undefined ||
    Number(req.headers['content-length'] ?? 0) > 0;
  if (hasBody && !isJsonType(req.headers['content-type'] ?? '')) throw new UnsupportedBody();
  next();
};

/** `application/json` or a type built on it, in UTF-8 (of which ASCII is a part). */
function isJsonType(contentType: string): boolean {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters.map((p) => p.trim()).find((p) => p.startsWith('charset='));
  return (
    /^application\/([\w.+-]+\+)?json$/.test(type.trim()) &&
    (charset === undefined || /^charset="?(utf-?8|us-ascii)"?$/.test(charset))
  );
}

function parseJson(raw: Buffer, comments: boolean): unknown {
  // Decoding would replace broken bytes without a word, and the words stored would not be the words sent.
  if (!isUtf8(raw)) throw new BadRequest('body is not valid UTF-8');
  const sent = raw.toString('utf8');
  const text = comments ? withoutComments(sent) : sent;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidRequest([invalidJson(errorPosition(cause), 'Malformed JSON')]);
  }
  refuseUnstorable(value);
  return value;
}

/** @throws {InvalidRequest} when a text in it is no text for a database, or it is nested too deep */
export function refuseUnstorable(value: unknown): void {
  const problem = faultOf(value, ['body']);
  if (problem) throw new InvalidRequest([problem]);
}

/** Blanks instead of comments, so that positions stay true. A string without an end is passed over at once. */
function withoutComments(json: string): string {
  return json.replace(/"(?:[^"\\\n]|\\.)*"?|\/\/[^\n]*/g, (part) =>
    part.startsWith('"') ? part : ' '.repeat(part.length),
  );
}

function invalidJson(position: number, error: string): Problem {
  return {
    type: 'json_invalid',
    loc: ['body', position],
    msg: 'JSON decode error',
    input: {},
    ctx: { error },
  };
}

/** The engine says the position in its message only, and not always; 0 then. */
function errorPosition(cause: unknown): number {
  const digits = cause instanceof Error ? /at position (\d+)/.exec(cause.message)?.[1] : undefined;
  return digits === undefined ? 0 : Number(digits);
}

/** NUL and lone surrogates are legal JSON but no text: PostgreSQL refuses them, and so would the model's endpoint. */
const unstorable = /\0|\p{Surrogate}/u;

/** What no field may contain, wherever it stands. Safe to recurse: it stops at `maxDepth`. */
function faultOf(value: unknown, loc: (string | number)[]): Problem | undefined {
  if (typeof value === 'string') {
    return unstorable.test(value)
      ? {
          type: 'string_unicode',
          loc,
          msg: 'Input should be a valid string, unable to parse raw data as a unicode string',
          input: null,
        }
      : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (loc.length > maxDepth) return invalidJson(0, `Nested deeper than ${maxDepth} levels`);
  for (const [key, item] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    const problem =
      (typeof key === 'string' ? faultOf(key, loc) : undefined) ?? faultOf(item, [...loc, key]);
    if (problem) return problem;
  }
  return undefined;
}
