import { connect as tcpConnect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ada, mira, startApp, type AppServer } from './app-server.ts';

let app: AppServer;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

/** Sends bytes as they are and resolves with all that comes back until the server closes. */
function raw(port: number, bytes: string, then?: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = tcpConnect(port, '127.0.0.1', () => {
      socket.write(bytes);
      then?.(socket);
    });
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => (received += text));
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}

describe('CORS', () => {
  it.each([
    ['an answer', '/connect', { 'X-API-Key': ada.key }, { character_id: mira.id }, 200],
    ['a missing key', '/connect', {}, { character_id: mira.id }, 401],
    ['an unknown character', '/connect', { 'X-API-Key': ada.key }, { character_id: 'x' }, 404],
    ['a wrong body', '/connect', { 'X-API-Key': ada.key }, {}, 422],
    ['an unknown path', '/nowhere', {}, {}, 404],
    ['a path that cannot be decoded', '/%E0%A4%A', {}, {}, 404],
  ])('is open on %s', async (_what, path, headers: Record<string, string>, body, status) => {
    const answer = await fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: { Origin: 'https://game.example', 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-expose-headers')).toMatch(/Retry-After/);
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it.each(['/connect', '/playground/characters', '/a/path/of/tomorrow'])(
    'answers the preflight of %s without a key',
    async (path) => {
      const asked = 'content-type,x-api-key,convai-api-key,api-auth-token,authorization';
      const answer = await fetch(`${app.url}${path}`, {
        method: 'OPTIONS',
        headers: {
          Origin: 'https://game.example',
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': asked,
        },
      });
      expect(answer.status).toBe(204);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('access-control-allow-headers')).toBe(asked);
      expect(answer.headers.get('access-control-allow-methods')).toMatch(/POST/);
      expect(Number(answer.headers.get('access-control-max-age'))).toBeGreaterThan(600);
    },
  );

  it('does not repeat what is no list of headers', async () => {
    const answer = await fetch(`${app.url}/connect`, {
      method: 'OPTIONS',
      headers: {
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'x-api-key; <script>',
      },
    });
    expect(answer.headers.get('access-control-allow-headers')).toMatch(/^content-type, x-api-key/);
  });

  it('is open on requests too broken to reach the app', async () => {
    const answer = await raw(app.port, 'NONSENSE\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('Access-Control-Allow-Origin: *\r\n');
    expect(answer).toMatch(/\{"detail":"Bad Request","message":"Bad Request"\}$/);
  });
});

describe('what is not served', () => {
  it('is a 404 in JSON', async () => {
    const answer = await fetch(`${app.url}/character/nothing`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ detail: 'Not Found', message: 'Not Found' });
  });

  it.each(['GET', 'PUT', 'DELETE'])(
    'is a 405 for %s /connect, with what is allowed',
    async (method) => {
      const answer = await fetch(`${app.url}/connect`, { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('POST, OPTIONS');
      expect(await answer.json()).toMatchObject({ detail: 'Method Not Allowed' });
    },
  );

  it('tells nothing of what the server is made of', async () => {
    const { headers } = await fetch(`${app.url}/nowhere`);
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
  });
});

describe('slow and oversized requests', () => {
  it('are cut off with 408 when the body only trickles', async () => {
    const slow = await startApp(undefined, { requestMs: 150, headersMs: 100, checkEveryMs: 25 });
    try {
      const answer = await raw(
        slow.port,
        `POST /connect HTTP/1.1\r\nHost: a\r\nX-API-Key: ${ada.key}\r\n` +
          'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"char',
      );
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(answer).toContain('Access-Control-Allow-Origin: *');
      expect(slow.placed).toHaveLength(0);
    } finally {
      await slow.close();
    }
  });

  it('are cut off with 431 when the headers are endless', async () => {
    const answer = await raw(app.port, `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('leave the server well when the client vanishes in the middle of its body', async () => {
    await raw(
      app.port,
      `POST /connect HTTP/1.1\r\nHost: a\r\nX-API-Key: ${ada.key}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"char',
      (socket) => socket.destroy(),
    );
    expect((await app.connect({ character_id: mira.id })).status).toBe(200);
  });
});

describe('rate limits', () => {
  const limited = (limits: Partial<Record<'perKey' | 'perAddress' | 'failedPerAddress', number>>) =>
    startApp(() => ({
      rateLimits: { perKey: 100, perAddress: 100, failedPerAddress: 100, ...limits },
    }));
  const statuses = async (count: number, ask: () => Promise<Response>) => {
    const seen: number[] = [];
    for (let n = 0; n < count; n++) seen.push((await ask()).status);
    return seen;
  };

  it('stop a key that asks too often, and say when to come back', async () => {
    const server = await limited({ perKey: 2 });
    try {
      const ask = () => server.connect({ character_id: mira.id });
      expect(await statuses(3, ask)).toEqual([200, 200, 429]);
      const answer = await ask();
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(await answer.json()).toMatchObject({
        detail: 'Too many requests. Try again after Retry-After seconds.',
        message: 'Too many requests. Try again after Retry-After seconds.',
      });
    } finally {
      await server.close();
    }
  });

  it('stop an address that guesses keys, but not the right key from there', async () => {
    const server = await limited({ failedPerAddress: 2 });
    try {
      const guess = () => server.connect({ character_id: mira.id }, { 'X-API-Key': 'guess' });
      expect(await statuses(4, guess)).toEqual([401, 401, 429, 429]);
      expect((await server.connect({ character_id: mira.id })).status).toBe(200);
    } finally {
      await server.close();
    }
  });

  it('stop an address whatever it asks, probes excepted', async () => {
    const server = await limited({ perAddress: 1 });
    try {
      expect(await statuses(2, () => fetch(`${server.url}/docs`))).toEqual([200, 429]);
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    } finally {
      await server.close();
    }
  });

  it("stop an address in the app API's envelope there", async () => {
    const server = await limited({ perAddress: 1 });
    const gallery = () => fetch(`${server.url}/api/v1/characters`);
    try {
      expect(await statuses(2, gallery)).toEqual([401, 429]);
      expect(await (await gallery()).json()).toMatchObject({
        code: 429,
        data: { error: 'too_many_requests' },
      });
    } finally {
      await server.close();
    }
  });

  it.each([
    [false, [200, 429]],
    [1, [200, 200]],
  ] as const)(
    'believe X-Forwarded-For only of a trusted proxy (%s)',
    async (trustProxy, expected) => {
      const server = await startApp(() => ({
        trustProxy,
        rateLimits: { perKey: 100, perAddress: 1, failedPerAddress: 100 },
      }));
      try {
        let n = 0;
        const ask = () =>
          fetch(`${server.url}/docs`, { headers: { 'X-Forwarded-For': `203.0.113.${++n}` } });
        expect(await statuses(2, ask)).toEqual(expected);
      } finally {
        await server.close();
      }
    },
  );
});

describe('room_url', () => {
  const Answer = z.object({ room_url: z.string() });
  const askedAs = async (server: AppServer, headers: string[]) => {
    const body = JSON.stringify({ character_id: mira.id });
    const answer = await raw(
      server.port,
      [
        'POST /connect HTTP/1.1',
        ...headers,
        `X-API-Key: ${ada.key}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        'Connection: close',
        '',
        body,
      ].join('\r\n'),
    );
    return Answer.parse(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).room_url;
  };

  it.each([
    ['localhost:8080', 'ws://localhost:7880'],
    ['192.168.1.7:8080', 'ws://192.168.1.7:7880'],
    ['[::1]:8080', 'ws://[::1]:7880'],
    ['parley.example', 'ws://parley.example:7880'],
    ['evil.example/x?', 'ws://127.0.0.1:7880'],
    ['user@evil.example', 'ws://127.0.0.1:7880'],
    ['', 'ws://127.0.0.1:7880'],
  ])('follows the host the client used: %s', async (host, expected) => {
    expect(await askedAs(app, [`Host: ${host}`])).toBe(expected);
  });

  it('is wss under the public name behind a trusted HTTPS proxy', async () => {
    const server = await startApp(() => ({ trustProxy: 1 }));
    try {
      const headers = [
        'Host: 10.0.0.5:8080',
        'X-Forwarded-Proto: https',
        'X-Forwarded-Host: voice.example',
      ];
      expect(await askedAs(server, headers)).toBe('wss://voice.example:7880');
      expect(await askedAs(app, headers)).toBe('ws://10.0.0.5:7880');
    } finally {
      await server.close();
    }
  });

  it('is the configured address when there is one', async () => {
    const server = await startApp(() => ({
      roomUrl: { kind: 'fixed', url: 'wss://rooms.example' },
    }));
    try {
      expect(await askedAs(server, ['Host: localhost'])).toBe('wss://rooms.example');
    } finally {
      await server.close();
    }
  });
});

describe('probes', () => {
  it('find the process alive', async () => {
    expect(await (await fetch(`${app.url}/healthz`)).json()).toEqual({ status: 'ok' });
  });

  it('find it ready when every part is', async () => {
    const answer = await fetch(`${app.url}/readyz`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      status: 'ok',
      parts: { database: 'ok', livekit: 'ok', agents: 'ok' },
    });
  });

  it('are told which part fails or hangs, and not why', async () => {
    const server = await startApp(() => ({
      health: {
        database: () => Promise.resolve(),
        livekit: () => Promise.reject(new Error('secret address refused')),
        agents: () => new Promise(() => undefined),
      },
    }));
    try {
      const answer = await fetch(`${server.url}/readyz`);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toEqual({
        status: 'failing',
        parts: { database: 'ok', livekit: 'failing', agents: 'failing' },
      });
    } finally {
      await server.close();
    }
  });
});

describe('/metrics', () => {
  it('counts requests by route, never by path', async () => {
    await app.connect({ character_id: mira.id });
    await fetch(`${app.url}/some/invented/path`);
    const text = await (await fetch(`${app.url}/metrics`)).text();
    expect(text).toMatch(
      /parley_http_requests_total\{route="\/connect",method="POST",status="200"\}/,
    );
    expect(text).toMatch(/parley_http_requests_total\{route="none",method="GET",status="404"\}/);
    expect(text).not.toContain('invented');
  });

  it.each([
    { 'X-Forwarded-For': '203.0.113.9' },
    { Origin: 'https://evil.example' },
    { 'Sec-Fetch-Site': 'cross-site' },
  ])('needs a key when asked from elsewhere: %j', async (headers: Record<string, string>) => {
    const ask = (more: object) => fetch(`${app.url}/metrics`, { headers: { ...headers, ...more } });
    expect((await ask({})).status).toBe(401);
    expect((await ask({ Authorization: `Bearer ${ada.key}` })).status).toBe(200);
  });
});

describe('the API description', () => {
  it('is an OpenAPI document made from the schemas', async () => {
    const document: unknown = await (await fetch(`${app.url}/openapi.json`)).json();
    expect(document).toMatchObject({
      openapi: '3.1.1',
      info: { version: '1.2.3' },
      paths: {
        '/connect': {
          post: {
            requestBody: {
              content: {
                'application/json': {
                  schema: {
                    properties: { character_id: {}, characters: {}, debug: { default: false } },
                  },
                },
              },
            },
            responses: { 200: {}, 401: {}, 404: {}, 409: {}, 422: {}, 429: {}, 503: {} },
          },
        },
        '/user/speaker/new': { post: {} },
        '/user/speaker/list': { post: {} },
        '/user/speaker/delete': { post: {} },
      },
    });
  });

  it('is a page that loads nothing from anywhere', async () => {
    const answer = await fetch(`${app.url}/docs`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    const page = await answer.text();
    expect(page).toContain('POST /connect');
    expect(page).not.toMatch(/<script|<link|src=|https?:\/\//);
  });
});
