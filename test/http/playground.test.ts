import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstSentence } from '../../src/http/routes/playground.ts';
import { ada, mira, startApp, type AppServer } from './app-server.ts';

let app: AppServer;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

type Headers = Record<string, string>;

/** As fetch, but with every header free to choose: what a browser sets by itself is what is tested here. */
function ask(
  { port }: AppServer,
  path: string,
  headers: Headers = {},
  body?: object,
): Promise<{ status: number; headers: Headers; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { port, host: '127.0.0.1', path, method: body ? 'POST' : 'GET', headers, agent: false },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (piece: string) => (text += piece));
        incoming.on('end', () => {
          const received: Headers = {};
          for (const [name, value] of Object.entries(incoming.headers))
            received[name] = String(value);
          resolve({ status: incoming.statusCode ?? 0, headers: received, text });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body && JSON.stringify(body));
  });
}

const cookieOf = async (server: AppServer, headers: Headers = {}) =>
  (await ask(server, '/', headers)).headers['set-cookie']?.split(';')[0];

/** What a browser sends from the page at `http://<host>`. */
const browser = (
  server: AppServer,
  cookie: string,
  host = `localhost:${server.port}`,
): Headers => ({
  Host: host,
  Referer: `http://${host}/`,
  'Sec-Fetch-Site': 'same-origin',
  Cookie: cookie,
});

const without = (name: string, headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));

describe('the page on this machine', () => {
  it.each(['localhost', '127.0.0.1', '[::1]'])('works at once as %s', async (name) => {
    const host = `${name}:${app.port}`;
    const headers = browser(app, (await cookieOf(app, { Host: host })) ?? '', host);
    expect((await ask(app, '/playground/characters', headers)).status).toBe(200);
    const origin = { ...headers, Origin: `http://${host}`, 'Content-Type': 'application/json' };
    const connected = await ask(app, '/connect', origin, { character_id: mira.id });
    expect(connected.status).toBe(200);
    expect(app.placed.at(-1)?.workspaceId).toBe(ada.workspaceId);
  });

  it('holds no key', async () => {
    const { text, headers } = await ask(app, '/');
    expect(text).not.toContain(ada.key);
    expect(headers['set-cookie']).not.toContain(ada.key);
    expect(headers['set-cookie']).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
  });

  it('learns whether it must ask for a key', async () => {
    const headers = browser(app, (await cookieOf(app)) ?? '');
    const info = { version: '1.2.3', offline: true };
    expect(JSON.parse((await ask(app, '/playground/info', headers)).text)).toEqual({
      ...info,
      needsKey: false,
    });
    expect(JSON.parse((await ask(app, '/playground/info')).text)).toEqual({
      ...info,
      needsKey: true,
    });
  });

  it.each<[string, (own: Headers) => Headers]>([
    ['a bare curl', () => ({})],
    ['a page reached under a re-bound name', (own) => ({ ...own, Host: 'evil.example' })],
    [
      'a page under a re-bound name that names itself',
      (own) => ({ ...own, Host: 'evil.example', Referer: 'http://evil.example/' }),
    ],
    ['a page of another site', (own) => ({ ...own, 'Sec-Fetch-Site': 'cross-site' })],
    ['a page on another port', (own) => ({ ...own, 'Sec-Fetch-Site': 'same-site' })],
    ['a foreign origin', (own) => ({ ...own, Origin: 'https://evil.example' })],
    ['the null origin', (own) => ({ ...own, Origin: 'null' })],
    ['a foreign referer', (own) => ({ ...own, Referer: 'https://voice.example/' })],
    ['no word on where it comes from', (own) => without('Referer', own)],
    ['no word from the browser', (own) => without('Sec-Fetch-Site', own)],
    ['no cookie', (own) => without('Cookie', own)],
    ['a guessed cookie', (own) => ({ ...own, Cookie: `${own['Cookie'] ?? ''}x` })],
    ['an address behind a proxy', (own) => ({ ...own, 'X-Forwarded-For': '203.0.113.9' })],
    ['a tunnel', (own) => ({ ...own, Via: '1.1 tunnel' })],
    ['a wrong key', (own) => ({ ...own, 'X-API-Key': 'wrong' })],
  ])('does not lend its trust to %s', async (_who, change) => {
    const own = browser(app, (await cookieOf(app)) ?? '');
    const headers = change(own);
    expect((await ask(app, '/playground/characters', headers)).status).toBe(401);
    const body = { character_id: mira.id };
    const json = { ...headers, 'Content-Type': 'application/json' };
    expect((await ask(app, '/connect', json, body)).status).toBe(401);
  });

  it('gives its cookie to nobody who comes through a proxy or under another name', async () => {
    expect(await cookieOf(app, { 'X-Forwarded-For': '203.0.113.9' })).toBeUndefined();
    expect(await cookieOf(app, { Host: 'evil.example' })).toBeUndefined();
  });

  it('has a new cookie at every start', async () => {
    const other = await startApp();
    try {
      const value = async (server: AppServer) => (await cookieOf(server))?.split('=')[1];
      expect(await value(other)).not.toBe(await value(app));
    } finally {
      await other.close();
    }
  });

  it('asks for a key when the server wants one even here', async () => {
    const strict = await startApp(() => ({ localCaller: undefined }));
    try {
      const headers = browser(strict, (await cookieOf(strict)) ?? '');
      expect((await ask(strict, '/playground/characters', headers)).status).toBe(401);
      expect((await ask(strict, '/playground/info', headers)).text).toContain('"needsKey":true');
    } finally {
      await strict.close();
    }
  });
});

describe('the page', () => {
  it('shows the characters of the workspace that the key belongs to', async () => {
    const answer = await ask(app, '/playground/characters', { 'X-API-Key': ada.key });
    expect(JSON.parse(answer.text)).toEqual({
      characters: [
        {
          id: mira.id,
          name: 'Mira',
          greeting: 'Good evening.',
          language: 'en-US',
          description: 'Mira keeps the lighthouse.',
        },
      ],
    });
  });

  it('may use the microphone and reach LiveKit, and runs no foreign script', async () => {
    const { headers } = await ask(app, '/', { Host: '192.168.1.7:8080' });
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("connect-src 'self' ws: wss: http://192.168.1.7:7880");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(headers['permissions-policy']).toContain('microphone=(self)');
    expect(headers['strict-transport-security']).toBeUndefined();
  });

  it('is asked for anew each time, and its assets never', async () => {
    expect((await ask(app, '/')).headers['cache-control']).toBe('no-store');
    const asset = await ask(app, '/assets/index-abc123.js');
    expect(asset.status).toBe(200);
    expect(asset.headers['content-type']).toMatch(/javascript/);
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it.each(['/../app-server.ts', '/%2e%2e/app-server.ts', '/assets/../../app.test.ts', '/.env'])(
    'gives out nothing beside itself: %s',
    async (path) => {
      expect((await ask(app, path)).status).toBe(404);
    },
  );

  it('says how to build it when it is not built', async () => {
    const unbuilt = await startApp(({ playground }) => ({
      playground: { ...playground, webDir: '/nonexistent' },
    }));
    try {
      const answer = await ask(unbuilt, '/');
      expect(answer.status).toBe(503);
      expect(answer.headers['content-type']).toMatch(/^text\/html/);
      expect(answer.text).toContain('npm run build');
    } finally {
      await unbuilt.close();
    }
  });
});

describe('the first sentence of a backstory', () => {
  it.each([
    ['Mira keeps the lighthouse. She is old.', 'Mira keeps the lighthouse.'],
    ['  One\n line only', 'One line only'],
    ['小林住在海边。她喜欢唱歌。', '小林住在海边。'],
    ['', ''],
  ])('of %j is %j', (text, sentence) => {
    expect(firstSentence(text)).toBe(sentence);
  });

  it('is cut when it is no sentence but a wall', () => {
    expect(firstSentence('x'.repeat(1_000))).toHaveLength(240);
  });
});
