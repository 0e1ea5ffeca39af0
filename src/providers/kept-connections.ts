import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressGuard } from '../net/address-guard.ts';

/** A provider sent more than any honest answer has. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
  constructor(readonly maxBytes: number) {
    super(`the answer has more than ${maxBytes} bytes`);
  }
}

/**
 * Idle connections are kept through the pauses of a conversation, so that a turn does not pay for a TCP and TLS
 * handshake at every stage. `fetch` as Node has it gives them up after 4 s, and the package that could be told
 * otherwise costs 25 MB in every agent process. Idle sockets do not keep the process alive.
 */
const agentOptions = { keepAlive: true, timeout: 90_000, maxFreeSockets: 32 };
const httpAgent = new HttpAgent(agentOptions);
const httpsAgent = new HttpsAgent(agentOptions);
/** Connections of their own: one that was opened unguarded must not be lent to a guarded request for the same name. */
const guardedHttpAgent = new HttpAgent(agentOptions);
const guardedHttpsAgent = new HttpsAgent(agentOptions);

/** The words of a refusal; whoever sends more than this has nothing to say. */
const maxRefusalBytes = 65_536;

/**
 * A `fetch` over kept connections for the `openai` client. Answers are cut at `maxBytes`, an aborted signal closes
 * the connection, redirects are not followed (the key must not travel), and nothing is compressed.
 * @param guard which addresses may be connected to; without one, all: the operator chose them
 */
export function boundedFetch(maxBytes: number, guard?: AddressGuard): typeof fetch {
  return async (input, init = {}) => {
    const answer = await ask(new URL(input instanceof Request ? input.url : input), init, guard);
    const status = answer.statusCode ?? 0;
    if (status < 200 || status > 599) throw new Error(`not a status: ${status}`);
    const headers = new Headers();
    for (const [name, values = []] of Object.entries(answer.headersDistinct)) {
      for (const value of values) headers.append(name, value);
    }
    if (status === 204 || status === 304) {
      answer.resume();
      return new Response(null, { status, headers });
    }
    const limit = status < 300 ? maxBytes : Math.min(maxBytes, maxRefusalBytes);
    return new Response(bounded(answer, limit), { status, headers });
  };
}

function ask(url: URL, init: RequestInit, guard?: AddressGuard): Promise<IncomingMessage> {
  guard?.refuseLiteral(url);
  const secure = url.protocol === 'https:';
  const body = bodyOf(init);
  const headers = Object.fromEntries(new Headers(init.headers));
  headers['accept-encoding'] = 'identity';
  headers['content-length'] = String(Buffer.byteLength(body));
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(url, {
      method: init.method ?? 'GET',
      ...(guard
        ? { agent: secure ? guardedHttpsAgent : guardedHttpAgent, lookup: guard.lookup }
        : { agent: secure ? httpsAgent : httpAgent }),
      headers,
    });
    // Not the option `signal`: Node's own abort raises an error that nobody can catch when all of the answer has
    // arrived and none of it was read.
    const stopListening = whenAborted(init.signal, () => request.destroy());
    request.setNoDelay(true);
    request.once('response', (answer) => {
      stopListening();
      answer.once(
        'close',
        whenAborted(init.signal, () => answer.destroy()),
      );
      // Its reader learns of a fault from the next read; when nobody reads any more, nobody needs to know.
      answer.on('error', () => undefined);
      resolve(answer);
    });
    // Stays on: a connection that breaks in the middle of the answer reports here as well as to the answer's reader.
    request.on('error', reject);
    request.end(body);
  });
}

/** @returns what ends the listening */
function whenAborted(signal: AbortSignal | null | undefined, action: () => void): () => void {
  if (signal?.aborted) action();
  signal?.addEventListener('abort', action, { once: true });
  return () => signal?.removeEventListener('abort', action);
}

function bodyOf({ body }: RequestInit): string | Uint8Array {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  throw new TypeError('only text and bytes are sent to providers');
}

/** Reads on demand only, so a slow listener holds the provider back instead of filling memory. */
function bounded(answer: IncomingMessage, maxBytes: number): ReadableStream<Uint8Array> {
  const pieces: AsyncIterator<Buffer> = answer[Symbol.asyncIterator]();
  let receivedBytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await pieces.next();
        if (next.done) {
          controller.close();
          return;
        }
        receivedBytes += next.value.byteLength;
        if (receivedBytes > maxBytes) {
          answer.destroy();
          throw new TooMuch(maxBytes);
        }
        controller.enqueue(next.value);
      },
      cancel() {
        answer.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
