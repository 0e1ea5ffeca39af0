import { request, type ClientRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CraftingServer, ownerKey, strangerKey } from './crafting-server.ts';
import { soon } from '../fakes/soon.ts';

let server: CraftingServer;
beforeAll(async () => {
  server = await CraftingServer.start();
});
afterAll(() => server.close());

const path = '/character/knowledge-bank/upload';
const slow: ClientRequest[] = [];
afterEach(() => {
  for (const each of slow.splice(0)) each.destroy();
});

const part = (name: string, file: string | undefined, content: string | Buffer) =>
  Buffer.concat([
    Buffer.from(
      `--b\r\nContent-Disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}\r\n\r\n`,
    ),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
const end = Buffer.from('--b--\r\n');
const type = 'multipart/form-data; boundary=b';

/** Begins an upload that says how long it is, and sends its beginning only. */
function begin(key: string, contentLength: number, beginning: Buffer) {
  const begun = request(`${server.app.url}${path}`, {
    method: 'POST',
    headers: { 'CONVAI-API-KEY': key, 'Content-Type': type, 'Content-Length': contentLength },
  });
  begun.on('error', () => undefined);
  begun.write(beginning);
  slow.push(begun);
  return new Promise<number>((answered) => {
    begun.on('response', (response) => {
      answered(response.statusCode ?? 0);
    });
  });
}

/** Sends a body whose length nobody says. */
async function stream(pieces: Iterable<Buffer>): Promise<{ status: number; body: unknown }> {
  const iterator = pieces[Symbol.iterator]();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(new Uint8Array(next.value));
    },
  });
  const answer = await fetch(`${server.app.url}${path}`, {
    method: 'POST',
    headers: { 'CONVAI-API-KEY': ownerKey, 'Content-Type': type },
    body,
    duplex: 'half',
  });
  return { status: answer.status, body: await answer.json() };
}

const upload = async (key: string) => {
  const body = new FormData();
  body.append('file', new Blob(['Small is beautiful.']), 'small.txt');
  const headers = { 'CONVAI-API-KEY': key };
  const answer = await fetch(`${server.app.url}${path}`, { method: 'POST', headers, body });
  await answer.text();
  return answer.status;
};

describe('uploads', () => {
  it('that one workspace sends slowly keep no other from sending', async () => {
    const beginning = part('file', 'slow.txt', 'It was a long, long');
    for (let n = 0; n < 4; n++) void begin(ownerKey, 100_000, beginning);
    await vi.waitFor(async () => {
      expect(await upload(ownerKey)).toBe(429);
    }, soon);
    expect(await upload(strangerKey)).toBe(200);
    for (const each of slow.splice(0)) each.destroy();
    await vi.waitFor(async () => {
      expect(await upload(ownerKey)).toBe(200);
    }, soon);
  });

  it('that say they are too long are refused before they come', async () => {
    expect(await begin(ownerKey, 22 * 1_048_576 + 1, part('file', 'big.txt', 'It'))).toBe(413);
  });

  it('of a hundred long fields are refused, whether or not they say how long they are', async () => {
    const megabyte = Buffer.alloc(1_000_000, 'a');
    function* fields() {
      for (let n = 0; n < 90; n++) yield part(`f${n}`, undefined, megabyte);
      yield end;
    }
    const { status, body } = await stream(fields());
    expect([status, body]).toEqual([413, { API_ERROR: expect.any(String) as unknown }]);
  });

  it('whose name is a file of many megabytes are refused', async () => {
    const long = Buffer.alloc(10_000_000, 'a');
    const { status } = await stream([
      part('file_name', 'file_name', long),
      part('file', 'a.txt', 'Text.'),
      end,
    ]);
    expect(status).toBe(400);
  });

  it('go on after all that', async () => {
    await vi.waitFor(async () => {
      expect(await upload(ownerKey)).toBe(200);
    }, soon);
  });
});
