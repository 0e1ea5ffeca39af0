import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { PublicError } from '../errors/public-error.ts';
import type { Log } from '../telemetry/log.ts';
import { InvalidRequest } from './invalid-request.ts';
import { isLoopbackHost } from './loopback.ts';
import type { RealtimeDoor } from './realtime/realtime-door.ts';
import { sendJson, type Route } from './route.ts';

/** A request must have arrived whole by then; loopback is fast. */
const requestTimeoutMs = 15_000;
/** Enough for a full load of voice sessions; above it something leaks. */
const maxConnections = 512;

export type OfflineServer = { port: number; close(): Promise<void> };

/**
 * Listens on loopback alone.
 * @param port 0 takes a free one
 * @param realtime what listens beside the routes; closed with the server
 * @throws the system's error (EADDRINUSE...)
 */
export async function listen(
  routes: readonly Route[],
  port: number,
  log: Log,
  realtime: Pick<RealtimeDoor, 'attach' | 'close'>,
): Promise<OfflineServer> {
  const running = new Set<AbortController>();
  const server = createServer({
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: 5_000,
    maxHeaderSize: 16_384,
  });
  server.maxConnections = maxConnections;
  // The clients here pool their connections: one that closes just as it is reused costs a turn a retry.
  server.keepAliveTimeout = 120_000;
  realtime.attach(server);
  server.on('request', (request, response) => {
    const gone = new AbortController();
    const { signal } = gone;
    running.add(gone);
    response.once('close', () => {
      running.delete(gone);
      gone.abort(new Error('the client is gone'));
    });
    answer(routes, request, response, signal).catch((cause: unknown) => {
      renderError(cause, request, response, signal, log);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: portOf(server),
    async close() {
      for (const one of running) one.abort(new Error('the server closes'));
      realtime.close();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };
}

async function answer(
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  // A web page can make its own host name point here; then the browser would let it read our answers.
  if (!isLoopbackHost(request.headers.host)) {
    throw new InvalidRequest('wrong_host', 'This server answers on loopback only.', null, 403);
  }
  const [path] = (request.url ?? '').split('?');
  const here = routes.filter((route) => route.path === path);
  if (here.length === 0) {
    throw new InvalidRequest(
      'unknown_url',
      `There is nothing at ${path?.slice(0, 100) ?? ''}.`,
      null,
      404,
    );
  }
  const route = here.find(({ method }) => method === request.method);
  if (!route) {
    response.setHeader('allow', here.map(({ method }) => method).join(', '));
    throw new InvalidRequest('method_not_allowed', 'This URL has no such method.', null, 405);
  }
  await route.handle({ request, response, signal });
}

function renderError(
  cause: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
  log: Log,
): void {
  const known = cause instanceof PublicError ? cause : undefined;
  if (response.destroyed || signal.aborted) {
    response.destroy();
    return;
  }
  if (!known || known.status >= 500) log.warn({ err: cause, path: request.url }, 'request failed');
  if (response.headersSent) {
    // The end would look like a whole answer.
    response.destroy();
    return;
  }
  const status = known?.status ?? 500;
  if (typeof known?.retryAfterSeconds === 'number')
    response.setHeader('retry-after', known.retryAfterSeconds);
  // What is left of a refused body is not worth reading.
  if (!request.complete) response.setHeader('connection', 'close');
  sendJson(response, status, {
    error: {
      message: known?.message ?? 'Something went wrong here.',
      type: status >= 500 ? 'server_error' : 'invalid_request_error',
      param: cause instanceof InvalidRequest ? cause.param : null,
      code: known?.code ?? 'internal_error',
    },
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return address.port;
}
