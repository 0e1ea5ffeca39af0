import { request } from 'node:http';
import { connect } from 'node:net';
import * as z from 'zod';
import { SetUpFailed } from '../errors/set-up-failed.ts';
import { CreatedKey, KeyListing, type KeyAdmin, type NewKey } from './key-admin.ts';
import type { LimitChange } from './limits.ts';

const timeoutMs = 10_000;
const maxAnswerBytes = 10_000_000;

/** The server's answer could not be had or used. */
export class AdminFailed extends SetUpFailed {
  override readonly name = 'AdminFailed';
}

/** Whether a server listens on this socket; a file that a killed one left behind does not count. */
export function isAdminListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const answer = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    // Connecting takes no time here, unless the server is busy or stopped: it is there then.
    socket.setTimeout(timeoutMs, () => answer(true));
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

/** Key management through the running server. @throws {AdminFailed} */
export class AdminClient implements KeyAdmin {
  constructor(private readonly socketPath: string) {}

  create(asked: NewKey): Promise<CreatedKey> {
    return this.#ask('POST', '/keys', CreatedKey, asked);
  }

  list(): Promise<KeyListing[]> {
    return this.#ask('GET', '/keys', z.array(KeyListing));
  }

  async revoke(keyId: string): Promise<boolean> {
    const Revoked = z.object({ revoked: z.boolean() });
    const path = `/keys?id=${encodeURIComponent(keyId)}`;
    return (await this.#ask('DELETE', path, Revoked)).revoked;
  }

  async limit(keyId: string, limits: LimitChange): Promise<boolean> {
    const Limited = z.object({ limited: z.boolean() });
    const path = `/keys?id=${encodeURIComponent(keyId)}`;
    return (await this.#ask('PATCH', path, Limited, limits)).limited;
  }

  async #ask<S extends z.ZodType>(
    method: string,
    path: string,
    schema: S,
    body?: unknown,
  ): Promise<z.output<S>> {
    const { status, text } = await this.#send(method, path, body);
    if (status >= 300) throw new AdminFailed(`The server answered ${status}: ${text}`);
    return schema.parse(JSON.parse(text));
  }

  #send(method: string, path: string, body: unknown): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const asking = request({ socketPath: this.socketPath, method, path, timeout: timeoutMs });
      asking.on('timeout', () => asking.destroy(new AdminFailed('The server did not answer.')));
      asking.on('error', reject);
      asking.on('response', (response) => {
        const pieces: Buffer[] = [];
        let bytes = 0;
        response.on('data', (piece: Buffer) => {
          bytes += piece.length;
          if (bytes > maxAnswerBytes) asking.destroy(new AdminFailed('The answer is too long.'));
          else pieces.push(piece);
        });
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(pieces).toString('utf8'),
          });
        });
      });
      asking.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
