import { afterEach, describe, expect, it, vi } from 'vitest';
import { ServerFailed } from '../../web/src/failure.ts';
import { ServerLine } from '../../web/src/server-line.ts';
import { Server } from '../../web/src/server.ts';

const wish = {
  characterId: 'maren',
  characterSessionId: null,
  routing: 'audio_only',
  endUserId: null,
} as const;

function answering(status: number, body: string, headers: Record<string, string> = {}) {
  const fetched = vi.fn<typeof fetch>(() =>
    Promise.resolve(new Response(body, { status, headers })),
  );
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

async function failure(asking: Promise<unknown>) {
  const error: unknown = await asking.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof ServerFailed ? error.failure : error;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('Server', () => {
  it('sends the key when there is one, and none when there is none', async () => {
    const fetched = answering(200, '{"characters":[{"id":"a","name":"A"},{"name":"no id"}]}');
    const characters = await new Server(new ServerLine(() => 'secret')).characters();
    expect(characters.map(({ id }) => id)).toEqual(['a']);
    await new Server(new ServerLine(() => undefined)).characters();
    const headers = fetched.mock.calls.map(([, init]) => new Headers(init?.headers));
    expect(headers.map((h) => h.get('X-API-Key'))).toEqual(['secret', null]);
  });

  it('asks for debugging and for the routing that was chosen', async () => {
    const fetched = answering(200, '{"room_url":"ws://x","token":"t","character_session_id":"c"}');
    await new Server(new ServerLine(() => undefined)).connect({ ...wish, routing: 'data_only' });
    const body = fetched.mock.calls[0]?.[1]?.body;
    expect(JSON.parse(typeof body === 'string' ? body : '{}')).toMatchObject({
      character_id: 'maren',
      character_session_id: null,
      audio_config: { output: { audio_routing: 'data_only' } },
      debug: true,
    });
  });

  it('says who the user is where they want to be remembered, and else nothing', async () => {
    const fetched = answering(200, '{"room_url":"ws://x","token":"t","character_session_id":"c"}');
    const server = new Server(new ServerLine(() => undefined));
    await server.connect({ ...wish, endUserId: 'me' });
    await server.connect(wish);
    const ids = fetched.mock.calls.map(([, init]) => {
      const body = init?.body;
      const sent: unknown = JSON.parse(typeof body === 'string' ? body : '{}');
      return Object.entries(sent ?? {}).filter(([name]) => name === 'end_user_id');
    });
    expect(ids).toEqual([[['end_user_id', 'me']], []]);
  });

  it('gives the reason in whichever words an API has for it', async () => {
    answering(400, '{"ERROR":"Could not update.","REASON":"name: too long"}');
    expect(await failure(new Server(new ServerLine(() => undefined)).info())).toMatchObject({
      words: 'name: too long',
    });
    answering(413, '{"API_ERROR":"A file has at most 20 MB."}');
    expect(await failure(new Server(new ServerLine(() => undefined)).info())).toMatchObject({
      words: 'A file has at most 20 MB.',
    });
  });

  it('asks for a key at 401, and says when the given one was refused', async () => {
    answering(401, '{"detail":"no"}');
    expect(await failure(new Server(new ServerLine(() => undefined)).connect(wish))).toEqual({
      kind: 'keyWanted',
      refused: false,
    });
    expect(await failure(new Server(new ServerLine(() => 'wrong')).connect(wish))).toMatchObject({
      refused: true,
    });
  });

  it('waits as long as a full server asks for', async () => {
    answering(503, '{"message":"Every voice agent is busy."}', { 'Retry-After': '7' });
    expect(await failure(new Server(new ServerLine(() => undefined)).connect(wish))).toEqual({
      kind: 'busy',
      retryAfterS: 7,
      words: 'Every voice agent is busy.',
    });
  });

  it('passes on the reason of any other refusal', async () => {
    answering(404, '{"detail":"Character not found"}');
    expect(await failure(new Server(new ServerLine(() => undefined)).connect(wish))).toEqual({
      kind: 'refused',
      status: 404,
      words: 'Character not found',
    });
  });

  it('takes an answer that is no JSON, or names no room, for a refusal', async () => {
    answering(200, '<html>');
    expect(await failure(new Server(new ServerLine(() => undefined)).info())).toMatchObject({
      kind: 'refused',
    });
    answering(200, '{}');
    expect(await failure(new Server(new ServerLine(() => undefined)).connect(wish))).toMatchObject({
      kind: 'refused',
    });
  });

  it('tells a server that is gone from one that is slow', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    expect(await failure(new Server(new ServerLine(() => undefined)).info())).toEqual({
      kind: 'serverGone',
    });
    vi.stubGlobal('fetch', () => Promise.reject(new DOMException('late', 'TimeoutError')));
    expect(await failure(new Server(new ServerLine(() => undefined)).info())).toEqual({
      kind: 'serverSilent',
    });
  });
});
