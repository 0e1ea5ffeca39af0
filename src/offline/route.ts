import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request. @property signal aborted when the client is gone or the server closes */
export type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  signal: AbortSignal;
};

/** @throws {PublicError} rendered in OpenAI's shape, if nothing was sent yet */
type Handler = (exchange: Exchange) => Promise<void> | void;

/** Paths are exact. */
export type Route = { method: 'GET' | 'POST'; path: string; handle: Handler };

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
  });
  response.end(bytes);
}

/** Resolves when there is room for more. @throws the signal's reason when the client goes away meanwhile */
export function write(
  { response, signal }: Exchange,
  piece: string | Uint8Array,
): Promise<void> | void {
  signal.throwIfAborted();
  if (response.write(piece)) return;
  return new Promise((resolve, reject) => {
    const onDrain = () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    };
    const onAbort = () => {
      response.off('drain', onDrain);
      reject(new Error('the client is gone', { cause: signal.reason }));
    };
    response.once('drain', onDrain);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
