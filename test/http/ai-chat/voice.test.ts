import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { decodeWav } from '../../../src/audio/wav.ts';
import { speakingRateHz } from '../../../src/frames/pcm.ts';
import { sessionHeader } from '../../../src/protocol/ai-chat.ts';
import { hum } from '../../fakes/scripted-tts.ts';
import { AiChatServer } from './server.ts';

const Answer = z.object({ data: z.object({ id: z.int(), content: z.string() }) });

describe('the voice of an answer', () => {
  let server: AiChatServer;
  let said = 0;
  beforeAll(async () => {
    server = await AiChatServer.start();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    server.provider.tts.always({ kind: 'ok' });
    server.provider.tts.pace = { firstMs: 0, pieceMs: 0 };
  });

  /** @returns the id of a new answer: no two have the same words */
  const answer = async (token?: string) => {
    server.provider.reply = () => `第${++said}句话，且听我说。`;
    const body = { characterId: 11, content: '你好' };
    const response = await server.post('/api/v1/chat', body, token === undefined ? {} : { token });
    return Answer.parse(await response.json()).data.id;
  };
  const voice = (id: number | string, headers: Record<string, string> = {}, method = 'GET') =>
    server.fetch(`/api/v1/chat/voice?chatHistoryId=${id}`, { headers, method });
  const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
  const requests = () => server.provider.tts.counts.requests;

  it('is a WAV in the voice of the character, made once and then kept with its length', async () => {
    const id = await answer();
    const before = requests();
    const streamed = await voice(id);
    expect(streamed.headers.get('content-type')).toBe('audio/wav');
    const first = decodeWav(await bytesOf(streamed));
    expect(first.sampleRateHz).toBe(speakingRateHz);
    expect(first.samples.length).toBeGreaterThan(speakingRateHz / 2);
    expect(server.provider.tts.requests.at(-1)?.voice).toBe('coral');
    const kept = await voice(id);
    const bytes = await bytesOf(kept);
    expect(kept.headers.get('content-length')).toBe(String(bytes.length));
    expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
    expect(decodeWav(bytes).samples).toEqual(first.samples);
    expect(requests() - before).toBe(1);
  });

  it('is heard before it is whole', async () => {
    const id = await answer();
    server.provider.tts.always({ kind: 'stall', afterPieces: 2 });
    const streaming = await voice(id);
    const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = streaming.body?.getReader();
    const first = await reader?.read();
    expect(first?.value?.byteLength).toBeGreaterThan(0);
    await reader?.cancel();
  });

  it('is made once for all who ask at the same time', async () => {
    const id = await answer();
    const before = requests();
    server.provider.tts.pace = { firstMs: 50, pieceMs: 5 };
    const all = await Promise.all([voice(id), voice(id), voice(id, { Range: 'bytes=0-' })]);
    const sounds = await Promise.all(all.map(bytesOf));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 206]);
    expect(new Set(sounds.map((bytes) => bytes.subarray(44).toString('base64'))).size).toBe(1);
    expect(requests() - before).toBe(1);
  });

  it('is served in ranges', async () => {
    const id = await answer();
    const whole = await bytesOf(await voice(id, { Range: 'bytes=0-' }));
    const part = await voice(id, { Range: 'bytes=10-19' });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${whole.length}`);
    expect(part.headers.get('content-length')).toBe('10');
    expect(await bytesOf(part)).toEqual(whole.subarray(10, 20));
    expect(await bytesOf(await voice(id, { Range: 'bytes=-5' }))).toEqual(whole.subarray(-5));
    const beyond = await voice(id, { Range: `bytes=${whole.length}-` });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('content-range')).toBe(`bytes */${whole.length}`);
    expect(await beyond.json()).toMatchObject({ code: 416 });
    const head = await voice(id, {}, 'HEAD');
    expect(head.headers.get('content-length')).toBe(String(whole.length));
  });

  it('is asked about each time, by its user alone, and sent again only when it is another', async () => {
    const id = await answer();
    const streamed = await voice(id);
    await bytesOf(streamed);
    const kept = await voice(id);
    const bytes = await bytesOf(kept);
    for (const { headers } of [streamed, kept]) {
      expect(headers.get('cache-control')).toBe('private, no-cache');
      expect(headers.get('vary')).toContain('Authorization');
    }
    const tag = kept.headers.get('etag') ?? '';
    expect(tag).toMatch(/^"[\w-]+"$/);
    const known = await voice(id, { 'If-None-Match': tag });
    expect([known.status, (await bytesOf(known)).length]).toEqual([304, 0]);
    const beyond = { 'If-None-Match': tag, Range: `bytes=${bytes.length}-` };
    expect((await voice(id, beyond)).status).toBe(304);
    expect((await voice(id, { 'If-None-Match': '"another"' })).status).toBe(200);
    const rest = await voice(id, { Range: 'bytes=5-9', 'If-Range': tag });
    expect(rest.status).toBe(206);
    expect(await bytesOf(rest)).toEqual(bytes.subarray(5, 10));
    const whole = await voice(id, { Range: 'bytes=5-9', 'If-Range': '"another"' });
    expect(whole.status).toBe(200);
    expect(await bytesOf(whole)).toEqual(bytes);
  });

  it('comes with its length to a client of HTTP/1.0, which knows no end otherwise', async () => {
    const id = await answer();
    const { token } = await server.user({ externalId: 'of-the-old-days' });
    const own = await answer(token);
    const ask = (number: number) =>
      new Promise<string>((resolve) => {
        const { hostname, port } = new URL(server.app.url);
        const socket = connect(Number(port), hostname, () => {
          const path = `/api/v1/chat/voice?chatHistoryId=${number}`;
          socket.write(`GET ${path} HTTP/1.0\r\nAuthorization: Bearer ${token}\r\n\r\n`);
        });
        const pieces: Buffer[] = [];
        socket.on('data', (piece) => pieces.push(piece));
        socket.on('close', () => resolve(Buffer.concat(pieces).toString('latin1')));
      });
    expect(await ask(id)).toMatch(/^HTTP\/1\.1 404/);
    const [head = '', body = ''] = (await ask(own)).split('\r\n\r\n', 2);
    expect(head).toMatch(/^HTTP\/1\.1 200/);
    expect(head).not.toMatch(/chunked/i);
    expect(/content-length: (\d+)/i.exec(head)?.[1]).toBeDefined();
    expect(body.startsWith('RIFF')).toBe(true);
  });

  it('is refused for good where an answer has no words to speak', async () => {
    server.provider.reply = () => '🌙✨';
    const body = { characterId: 11, content: '你好' };
    const { id } = Answer.parse(await (await server.post('/api/v1/chat', body)).json()).data;
    const refused = await voice(id);
    expect(refused.status).toBe(422);
    expect(refused.headers.get('retry-after')).toBeNull();
    expect(await refused.json()).toMatchObject({ data: { error: 'nothing_to_speak' } });
  });

  it('is refused in the envelope for an unknown id, a user’s own words, another user’s answer, and none', async () => {
    const id = await answer();
    const foreign = await answer((await server.user()).token);
    for (const [given, status] of [
      [id - 1, 404],
      [foreign, 404],
      [999_999_998, 404],
      [99_999_999_999_998, 404],
      ['x', 422],
      ['', 422],
      ['-2', 422],
    ] as const) {
      const refused = await voice(given);
      expect(refused.status).toBe(status);
      expect(await refused.json()).toMatchObject({ code: status, data: {} });
    }
  });

  it('is an error in the envelope while the synthesiser is down, and there when it is back', async () => {
    const id = await answer();
    server.provider.tts.always({ kind: 'refuse', status: 500 });
    for (const headers of [{}, { Range: 'bytes=0-' }]) {
      const refused = await voice(id, headers);
      expect(refused.status).toBe(502);
      expect(await refused.json()).toMatchObject({ code: 502, data: { error: 'speech_failed' } });
    }
    server.provider.tts.always({ kind: 'ok' });
    expect((await voice(id)).status).toBe(200);
  });

  it('ends the call to the synthesiser when nobody listens any more', async () => {
    const id = await answer();
    server.provider.tts.always({ kind: 'stall', afterPieces: 1 });
    const leaving = new AbortController();
    const before = server.provider.tts.counts.aborted;
    const streaming = await server.fetch(`/api/v1/chat/voice?chatHistoryId=${id}`, {
      signal: leaving.signal,
    });
    await streaming.body?.getReader().read();
    leaving.abort();
    await server.provider.tts.until(({ aborted }) => aborted > before);
  });

  it('ends the call before its first sound, too', async () => {
    const id = await answer();
    server.provider.tts.always({ kind: 'hang' });
    const { aborted: before, requests: asked } = { ...server.provider.tts.counts };
    for (const headers of [{}, { Range: 'bytes=0-' }]) {
      const leaving = new AbortController();
      const streaming = server.fetch(`/api/v1/chat/voice?chatHistoryId=${id}`, {
        ...{ signal: leaving.signal, headers },
      });
      const n = Object.keys(headers).length + 1;
      await server.provider.tts.until(({ requests }) => requests === asked + n);
      leaving.abort();
      await expect(streaming).rejects.toThrow();
      await server.provider.tts.until(({ aborted }) => aborted === before + n);
    }
    // Well before the provider's own timeout of silence.
  }, 7_000);

  /** An answer of a character to this user, heard out. */
  async function spokenTo(characterId: number, token: string) {
    server.provider.reply = () => `第${++said}句话，且听我说。`;
    const asked = await server.post('/api/v1/chat', { characterId, content: '你好' }, { token });
    const { id } = Answer.parse(await asked.json()).data;
    const path = `/api/v1/chat/voice?chatHistoryId=${id}`;
    await bytesOf(await server.fetch(path, { token, headers: { Range: 'bytes=0-' } }));
    return { path, sessionId: asked.headers.get(sessionHeader) };
  }

  it('is gone with its conversation, its user and its character, from the disk as well', async () => {
    const { token, userId } = await server.user();
    const { character } = await server.characters.create(server.workspaceId, {
      ...{ name: 'Guest', listing: 'listed', language: 'zh-CN' },
    });
    const spoken = async (characterId: number) => {
      const { path } = await spokenTo(characterId, token);
      return async () => (await server.fetch(path, { token })).status;
    };
    const before = (await server.sounds()).length;
    const [cleared, ofGuest] = [await spoken(11), await spoken(character.number), await spoken(12)];
    expect((await server.sounds()).length).toBe(before + 3);
    await server.fetch('/api/v1/chat/11', { method: 'DELETE', token });
    expect(await cleared()).toBe(404);
    expect((await server.sounds()).length).toBe(before + 2);
    await server.characters.delete(server.workspaceId, character.id);
    expect(await ofGuest()).toBe(404);
    expect((await server.sounds()).length).toBe(before + 1);
    await server.fetch(`/api/v1/users/${userId}`, { method: 'DELETE', token: server.keys.own });
    expect((await server.sounds()).length).toBe(before);
  });

  it("is gone from the disk when Convai's APIs delete the conversation, or the user", async () => {
    const { token, userId } = await server.user();
    const byConvai = async (path: string, body: unknown) =>
      (await server.post(path, body, { token: server.keys.own })).status;
    const before = (await server.sounds()).length;
    const sessionIDs = [(await spokenTo(11, token)).sessionId];
    await spokenTo(12, token);
    expect((await server.sounds()).length).toBe(before + 2);
    expect(await byConvai('/character/chatHistory/delete', { charID: 11, sessionIDs })).toBe(200);
    expect((await server.sounds()).length).toBe(before + 1);
    expect(await byConvai('/user/end-users/delete', { end_user_id: userId })).toBe(200);
    expect((await server.sounds()).length).toBe(before);
  });

  it('has no more than the words that are said', async () => {
    server.provider.sound = ({ input }) => ({
      ...{ samples: hum(10 * input.length), sampleRateHz: speakingRateHz },
      container: 'pcm',
    });
    server.provider.reply = () => '好的 🌙 :smile: **走**吧。';
    const body = { characterId: 11, content: '你好' };
    const { id, content } = Answer.parse(
      await (await server.post('/api/v1/chat', body)).json(),
    ).data;
    expect(content).toBe('好的 🌙 :smile: 走吧。');
    await bytesOf(await voice(id));
    expect(server.provider.tts.requests.at(-1)?.input).not.toMatch(/🌙|smile|\*/u);
  });
});
