import { once } from 'node:events';
import { createServer, STATUS_CODES, type RequestListener, type Server } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { SetUpFailed } from '../errors/set-up-failed.ts';
import type { Closable } from '../lifetime/scope.ts';
import { corsHeaders } from './cors.ts';

export type ServerTimeouts = {
  /** For the request line and headers. */
  headersMs: number;
  /** For the whole request with its body: a body of 1 MB over a slow phone line, but no trickle. */
  requestMs: number;
  /** Longer than the idle time of usual balancers (60 s), or they would reuse a connection that just closed. */
  keepAliveMs: number;
  /** How often the two deadlines above are looked at. */
  checkEveryMs: number;
};

const defaultTimeouts: ServerTimeouts = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 65_000,
  checkEveryMs: 2_000,
};

/**
 * The HTTP server, not yet listening. Slow and broken requests never reach the app; they are answered here with the
 * same JSON and CORS headers, and cut off.
 */
export function openHttpServer(
  app: RequestListener,
  timeouts: Partial<ServerTimeouts> = {},
): Server {
  const { headersMs, requestMs, keepAliveMs, checkEveryMs } = { ...defaultTimeouts, ...timeouts };
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: checkEveryMs,
      maxHeaderSize: 16_384,
    },
    app,
  );
  const answering = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (req, res) => answering.set(req.socket, res));
  // curl's `--header 'Expect;'`, as documented examples have it, sends the header without a value: nothing is expected.
  server.on('checkExpectation', (req, res) => {
    if (req.headers.expect?.trim() === '') server.emit('request', req, res);
    else res.writeHead(417).end();
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const begun = answering.get(socket);
    const midAnswer = begun !== undefined && begun.headersSent && !begun.writableFinished;
    if (socket.writable && !midAnswer) socket.end(rawRefusal(statusOf(error.code)));
    else socket.destroy();
  });
  return server;
}

/** Running answers may take this long once the server stops. */
const closeMs = 3_000;

/**
 * Begins to listen. Closing lets running requests finish, for a bounded time.
 * @throws {SetUpFailed} when the port is in use or the address is not this machine's
 */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<Closable> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new SetUpFailed(
        `Port ${port} of ${host} is in use, by another Parley? Set PORT to a free one.`,
      );
    }
    if (code === 'EADDRNOTAVAIL')
      throw new SetUpFailed(`HOST=${host} is no address of this machine.`);
    if (code === 'EACCES')
      throw new SetUpFailed(`Port ${port} needs more rights: set PORT above 1023.`);
    throw cause;
  }
  return {
    close: () =>
      new Promise((resolve) => {
        const impatient = setTimeout(() => {
          server.closeAllConnections();
        }, closeMs);
        server.close(() => {
          clearTimeout(impatient);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function statusOf(code: string | undefined): number {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  return code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
}

function rawRefusal(status: number): string {
  const reason = STATUS_CODES[status] ?? 'Bad Request';
  const body = JSON.stringify({ detail: reason, message: reason });
  const headers = {
    ...corsHeaders,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${reason}`, ...lines, '', body].join('\r\n');
}
