import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod';
import type { Closable } from '../lifetime/scope.ts';
import { parsedJson } from '../protocol/parsed-json.ts';
import type { Log } from '../telemetry/log.ts';
import { isAdminListening } from './admin-client.ts';
import { adminSocketPath } from './admin-path.ts';
import { NewKey, type KeyAdmin } from './key-admin.ts';
import { LimitChange } from './limits.ts';

const maxBodyBytes = 10_000;
const requestTimeoutMs = 10_000;

/** Another server listens for the administrator of this data folder; it may be one on the same PostgreSQL. */
export class AdminSocketTaken extends Error {
  override readonly name = 'AdminSocketTaken';
}

/**
 * Serves key management on a unix socket that only this user can open, so that keys are managed while the server has
 * the database to itself. `GET /keys`, `POST /keys`, `PATCH /keys?id=` (limits), `DELETE /keys?id=`; whoever can open the
 * socket could read the data folder as well, so nothing more is asked of them.
 * @throws {AdminSocketTaken}
 */
export async function serveAdmin(dataDir: string, keys: KeyAdmin, log: Log): Promise<Closable> {
  const path = await adminSocketPath(dataDir);
  if (await isAdminListening(path)) throw new AdminSocketTaken(`${path} is in use`);
  // Nobody listens: what is there was left by a server that was killed.
  await rm(path, { force: true });
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    void answer(keys, request, response).catch((err: unknown) => {
      log.error({ err }, 'admin request failed');
      send(response, 500, { error: 'internal error' });
    });
  });
  const before = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(before);
  }
  await once(server, 'listening');
  return {
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(
  keys: KeyAdmin,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '' } = request;
  const { pathname, searchParams } = new URL(url, 'http://admin');
  const asked = pathname === '/keys' ? method : undefined;
  if (asked === 'GET') {
    send(response, 200, await keys.list());
  } else if (asked === 'POST') {
    const wanted = NewKey.safeParse(await readJson(request));
    if (wanted.success) send(response, 201, await keys.create(wanted.data));
    else send(response, 422, { error: z.prettifyError(wanted.error) });
  } else if (asked === 'PATCH') {
    const limits = LimitChange.safeParse(await readJson(request));
    const id = searchParams.get('id') ?? '';
    if (limits.success) send(response, 200, { limited: await keys.limit(id, limits.data) });
    else send(response, 422, { error: z.prettifyError(limits.error) });
  } else if (asked === 'DELETE') {
    send(response, 200, { revoked: await keys.revoke(searchParams.get('id') ?? '') });
  } else {
    send(response, 404, { error: 'not found' });
  }
}

/** @returns undefined for what is no JSON or too much of it */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    const chunk = z.instanceof(Buffer).parse(piece);
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return undefined;
    pieces.push(chunk);
  }
  return parsedJson(Buffer.concat(pieces).toString('utf8'));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' });
  response.end(JSON.stringify(body));
}
