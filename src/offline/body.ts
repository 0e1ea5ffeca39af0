import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import { InvalidRequest } from './invalid-request.ts';
import { parseMultipart, type FormField } from './multipart.ts';

/** @throws {InvalidRequest} 413; the rest of the body is not read then */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () =>
    new InvalidRequest('body_too_large', `The body has more than ${maxBytes} bytes.`, null, 413);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request) {
    const bytes = z.instanceof(Buffer).parse(piece);
    length += bytes.length;
    if (length > maxBytes) throw tooLarge();
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}

/** @throws {InvalidRequest} 400, 413 or 415 */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new InvalidRequest('unsupported_media_type', 'The body must be JSON.', null, 415);
  }
  const body = await readBody(request, maxBytes);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new InvalidRequest('invalid_json', 'The body is not valid JSON.');
  }
}

/** @throws {InvalidRequest} 400, 413 or 415 */
export async function readForm(request: IncomingMessage, maxBytes: number): Promise<FormField[]> {
  const contentType = request.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\s*;/i.test(contentType)) {
    throw new InvalidRequest(
      'unsupported_media_type',
      'The body must be multipart/form-data.',
      null,
      415,
    );
  }
  return parseMultipart(contentType, await readBody(request, maxBytes));
}
