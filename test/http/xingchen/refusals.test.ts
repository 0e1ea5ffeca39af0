import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Refusal } from '../../../src/protocol/xingchen/envelope.ts';
import { ada, startApp, type AppServer } from '../app-server.ts';
import { eventsIn } from './server.ts';

describe('refusals of the Xingchen API', () => {
  let app: AppServer | undefined;
  afterEach(() => app?.close());

  const start = (perKey: number) =>
    startApp(() => ({ rateLimits: { perKey, perAddress: 100, failedPerAddress: 100 } }));
  const send = ({ url }: AppServer, path: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/v2/api${path}`, {
      method: 'POST',
      headers: {
        ...{ Authorization: `Bearer ${ada.key}`, 'Content-Type': 'application/json' },
        ...headers,
      },
      body: '{}',
    });

  it('say when a key asks too often, and how long to wait', async () => {
    app = await start(1);
    expect((await send(app, '/chat/send')).status).toBe(422);
    const second = await send(app, '/chat/send');
    expect(second.status).toBe(429);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Refusal.parse(await second.json())).toMatchObject({
      ...{ code: 42901, errorName: 'too_many_requests', httpStatusCode: 429, success: false },
    });
  });

  it('are in the envelope, too, when an address asks too often, whether of this API or another', async () => {
    app = await startApp(() => ({ rateLimits: { perKey: 9, perAddress: 1, failedPerAddress: 9 } }));
    await send(app, '/chat/rating');
    const plain = await send(app, '/chat/rating');
    expect(plain.status).toBe(429);
    expect(Refusal.parse(await plain.json())).toMatchObject({ code: 42901 });
    const stream = await send(app, '/chat/send', { 'X-AcA-SSE': 'enable' });
    expect(eventsIn(await stream.text())).toMatchObject([
      { event: 'error', data: { errorCode: 42901 } },
    ]);
    const { detail } = z
      .looseObject({ detail: z.string() })
      .parse(await (await app.connect({})).json());
    expect(detail).toMatch(/Too many/);
  });

  it.each([
    ['/character/create', 'GET', 'POST, OPTIONS'],
    ['/character/update', 'PUT', 'POST, OPTIONS'],
    ['/character/search', 'GET', 'POST, OPTIONS'],
    ['/character/delete', 'DELETE', 'POST, OPTIONS'],
    ['/character/details', 'POST', 'GET, HEAD, OPTIONS'],
    ['/chat/send', 'GET', 'POST, OPTIONS'],
    ['/chat/message/histories', 'GET', 'POST, OPTIONS'],
    ['/chat/rating', 'PATCH', 'POST, OPTIONS'],
    ['/chat/reminder', 'GET', 'POST, OPTIONS'],
    ['/chat/polling/image', 'POST', 'GET, HEAD, OPTIONS'],
    ['/chat/image/x', 'DELETE', 'GET, HEAD, OPTIONS'],
  ])('say of %s which method it takes instead of %s', async (path, method, allow) => {
    app = await start(100);
    const headers = { Authorization: `Bearer ${ada.key}` };
    const response = await fetch(`${app.url}/v2/api${path}`, { method, headers });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect(Refusal.parse(await response.json())).toMatchObject({
      ...{ code: 40501, errorName: 'method_not_allowed', success: false },
    });
  });

  const json = { 'Content-Type': 'application/json' };
  const keyed = { ...json, Authorization: `Bearer ${ada.key}` };
  const cases: [string, string, RequestInit, number][] = [
    ['an unknown path', '/chat/nowhere', { headers: keyed, body: '{}' }, 40401],
    ['an unknown path, without a key', '/nowhere', { headers: json, body: '{}' }, 40401],
    ['no key', '/chat/rating', { headers: json, body: '{}' }, 40101],
    [
      'a key that is unknown or revoked',
      '/chat/rating',
      { headers: { ...json, Authorization: 'Bearer x' } },
      40102,
    ],
    [
      'another content type',
      '/chat/rating',
      { headers: { ...keyed, 'Content-Type': 'text/plain' }, body: '{}' },
      41501,
    ],
    [
      'another charset',
      '/chat/rating',
      { headers: { ...keyed, 'Content-Type': 'application/json; charset=gbk' }, body: '{}' },
      41501,
    ],
    ['malformed JSON', '/chat/rating', { headers: keyed, body: '{"messageId": ' }, 42201],
    ['no body', '/chat/rating', { headers: keyed }, 42201],
    [
      'broken UTF-8',
      '/chat/rating',
      { headers: keyed, body: Buffer.from([0x22, 0xff, 0x22]) },
      40001,
    ],
    [
      'too large a body',
      '/chat/send',
      { headers: keyed, body: `"${'长'.repeat(400_000)}"` },
      41301,
    ],
    [
      'a character id that is cut in the URL',
      '/chat/image/%E4%BD',
      { headers: keyed, method: 'GET' },
      40001,
    ],
  ];
  it.each(cases)('have a code and a fitting status for %s', async (_what, path, init, code) => {
    app = await start(100);
    const response = await fetch(`${app.url}/v2/api${path}`, { method: 'POST', ...init });
    const refusal = Refusal.parse(await response.json());
    expect(refusal).toMatchObject({ code, success: false, httpStatusCode: response.status });
    expect(Math.floor(code / 100)).toBe(response.status);
    expect(refusal.message).not.toBe('');
  });

  it('count who guesses addresses of pictures, and hold them off', async () => {
    const work = { find: () => Promise.resolve(undefined), read: () => Promise.resolve(undefined) };
    app = await startApp(({ xingchen }) => ({
      rateLimits: { perKey: 100, perAddress: 100, failedPerAddress: 1 },
      xingchen: { ...xingchen, pictures: { canDraw: false, work } },
    }));
    const guess = async (id: string) =>
      Refusal.parse(await (await fetch(`${app?.url ?? ''}/v2/api/chat/image/${id}`)).json()).code;
    expect([await guess('a'), await guess('b')]).toEqual([40401, 42901]);
  });

  it('hold off who asks for pictures more often than a key may ask', async () => {
    const image = { type: 'image/png', content: new Uint8Array([1]) };
    const work = { find: () => Promise.resolve(undefined), read: () => Promise.resolve(image) };
    app = await startApp(({ xingchen }) => ({
      rateLimits: { perKey: 1, perAddress: 100, failedPerAddress: 100 },
      xingchen: { ...xingchen, pictures: { canDraw: true, work } },
    }));
    const statuses = [];
    for (const id of ['a', 'a'])
      statuses.push((await fetch(`${app.url}/v2/api/chat/image/${id}`)).status);
    expect(statuses).toEqual([200, 429]);
  });

  it.each(['/chat/send', '/chat/send/'])('are events to who wants events of %s', async (path) => {
    app = await start(100);
    const response = await send(app, path, { 'X-AcA-SSE': 'enable' });
    expect(response.status).toBe(422);
    expect(eventsIn(await response.text())).toMatchObject([
      { event: 'error', data: { errorCode: 42201 } },
    ]);
  });
});
