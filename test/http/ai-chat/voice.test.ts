import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { decodeWav } from '../../../src/audio/wav.ts';
import { speakingRateHz } from '../../../src/frames/pcm.ts';
import { hum } from '../../fakes/scripted-tts.ts';
import { AiChatServer } from './server.ts';

const Answer = z.object({ data: z.object({ id: z.int(), content: z.string() }) });

describe('the voice of an answer', () => {
  let server: AiChatServer;
  let said = 0;
  beforeAll(async () => {
    server = await AiChatServer.start();
  }, 60_000);
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

  it('is gone with its conversation', async () => {
    const id = await answer();
    await bytesOf(await voice(id));
    await server.fetch('/api/v1/chat/11', { method: 'DELETE' });
    expect((await voice(id)).status).toBe(404);
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
