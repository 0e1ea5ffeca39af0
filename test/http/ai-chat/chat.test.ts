import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { AiChatServer } from './server.ts';
import { examples } from './examples.ts';

const weather = JSON.stringify({
  ...{ latitude: 39.9, longitude: 116.4, utc_offset_seconds: 28_800, timezone: 'Asia/Shanghai' },
  current_units: { time: 'iso8601', temperature_2m: '°C', wind_speed_10m: 'm/s' },
  current: {
    ...{ time: '2025-09-27T19:30', interval: 900, temperature_2m: 18.7 },
    ...{ relative_humidity_2m: 78, weather_code: 3, wind_speed_10m: 3.2, wind_direction_10m: 230 },
  },
});
const news = `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>热点</title>
<item><title><![CDATA[世界第一高桥花江峡谷大桥将于廿八日通车]]></title><link>https://example.com/1</link></item>
<item><title>神舟二十号乘组 &amp; 第四次出舱活动</title></item></channel></rss>`;

const Answer = z.object({ data: z.object({ id: z.int(), content: z.string() }) });
const History = z.object({
  data: z.object({
    histories: z.array(
      z.object({ id: z.int(), role: z.string(), content: z.string(), created: z.int() }),
    ),
  }),
});
const anyText: unknown = expect.any(String);
const containing = (text: string): unknown => expect.stringContaining(text);
const answerOf = async (response: Response) => Answer.parse(await response.json()).data;

/** Names, types and nesting of a JSON value; of lists what their items have in common. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapeOf(item)]));
}

describe('the app API', () => {
  let server: AiChatServer;
  beforeAll(async () => {
    server = await AiChatServer.start();
  }, 60_000);
  afterAll(() => server.close());
  beforeEach(() => {
    server.weather = weather;
    server.news = news;
    server.provider.reply = () => '免了虚礼，有什么话便直说。';
    server.provider.llm.always({ kind: 'ok' });
    server.provider.llm.pace = { firstMs: 0, pieceMs: 0 };
  });

  const histories = async (character: number, token?: string) => {
    const answer = await server.fetch(`/api/v1/chat/${character}`, token ? { token } : {});
    return History.parse(await answer.json()).data.histories;
  };

  it.each(examples)('answers in the documented shape: $heading', async (example) => {
    const { method, path, body, answer } = example;
    if (method === 'GET' && path.startsWith('/api/v1/chat/'))
      await server.post('/api/v1/chat', { characterId: 11, content: '你是谁' });
    const got =
      method === 'POST' ? await server.post(path, body) : await server.fetch(path, { method });
    expect(got.status).toBe(200);
    expect(got.headers.get('content-type')).toMatch(/^application\/json/);
    const json: unknown = await got.json();
    expect(shapeOf(json)).toEqual(shapeOf(answer));
    // What does not depend on who asks or when is the same to the letter.
    if (path.startsWith('/api/v1/character')) expect(json).toEqual(answer);
  });

  it('gives each of the twenty a persona of its own, by number and by id', async () => {
    const all = await server.characters.listRecords(server.workspaceId);
    const listed = all.filter(({ listing }) => listing === 'listed');
    expect(listed.map(({ character }) => character.number)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    for (const { character } of listed) {
      const byId = await server.fetch(`/api/v1/character/${character.id}`);
      expect(await byId.json()).toMatchObject({ data: { id: character.number } });
    }
  });

  it('tells the model who it is and what was said, and keeps the conversation for the voice', async () => {
    const { token } = await server.user();
    await server.post('/api/v1/chat', { characterId: 4, content: '你好' }, { token });
    let asked: unknown;
    server.provider.reply = ({ messages }) => {
      asked = messages;
      return '且尽此杯！';
    };
    const second = { characterId: 4, content: '再来一首' };
    const answer = await server.post('/api/v1/chat', second, { token });
    expect(answer.headers.get('x-character-session-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(asked).toMatchObject([
      { role: 'system', content: containing('青莲居士') },
      { role: 'user', content: '你好' },
      { role: 'assistant', content: '免了虚礼，有什么话便直说。' },
      { role: 'user', content: '再来一首' },
    ]);
    const { id } = await answerOf(answer);
    const said = await histories(4, token);
    expect(said.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(said.at(-1)).toMatchObject({ id, content: '且尽此杯！' });
    expect(said.map((message) => message.id)).toEqual(
      said.map((message) => message.id).sort((a, b) => a - b),
    );
  });

  it("shows nobody another one's chat, and clears only the own", async () => {
    const [tom, ann] = [await server.user(), await server.user()];
    for (const { token } of [tom, ann])
      await server.post('/api/v1/chat', { characterId: 5, content: '你好' }, { token });
    const cleared = await server.fetch('/api/v1/chat/5', { method: 'DELETE', token: tom.token });
    expect(await cleared.json()).toEqual({ code: 200, message: 'OK', data: {} });
    expect(await histories(5, tom.token)).toEqual([]);
    expect(await histories(5, ann.token)).toHaveLength(2);
  });

  it('answers a repeated request once, while it runs and afterwards, and no other under its key', async () => {
    const { token } = await server.user();
    const before = server.provider.llm.counts.requests;
    const ask = (content: string, key = 'k-1') =>
      server.post(
        '/api/v1/chat',
        { characterId: 6, content },
        { token, headers: { 'Idempotency-Key': key } },
      );
    const answers = await Promise.all([ask('你好'), ask('你好')]);
    const [first, second] = await Promise.all(answers.map(answerOf));
    expect(second).toEqual(first);
    expect(await answerOf(await ask('你好'))).toEqual(first);
    expect(server.provider.llm.counts.requests - before).toBe(1);
    expect(await histories(6, token)).toHaveLength(2);
    expect((await ask('再见')).status).toBe(422);
    expect((await ask('你好', 'a b')).status).toBe(400);
    server.later.ms += 25 * 3_600_000;
    expect(await answerOf(await ask('你好'))).not.toEqual(first);
    server.later.ms = 0;
  });

  it('gives one answer at a time to each user and character', async () => {
    const { token } = await server.user();
    server.provider.llm.pace = { firstMs: 400, pieceMs: 0 };
    const body = { characterId: 7, content: '你好' };
    const both = await Promise.all([1, 2].map(() => server.post('/api/v1/chat', body, { token })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await histories(7, token)).toHaveLength(2);
  });

  it('keeps nothing when the model fails, and says so in the envelope', async () => {
    const { token } = await server.user();
    server.provider.llm.always({ kind: 'refuse', status: 500 });
    const answer = await server.post(
      '/api/v1/chat',
      { characterId: 8, content: '你好' },
      { token },
    );
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ code: 502, data: { error: 'model_failed' } });
    expect(await histories(8, token)).toEqual([]);
  });

  it.each<[string, string, unknown, number]>([
    ['an unknown character', '/api/v1/chat', { characterId: 99, content: '你好' }, 404],
    ['no words', '/api/v1/chat', { characterId: 1, content: '  ' }, 422],
    ['too many words', '/api/v1/chat', { characterId: 1, content: '长'.repeat(4_001) }, 422],
    ['wrong types', '/api/v1/chat', { characterId: 'x', content: 7 }, 422],
    ['half a surrogate pair', '/api/v1/chat', '{"characterId":1,"content":"\\ud800"}', 422],
    ['no object', '/api/v1/chat', [], 422],
    ['a skill that it has not', '/api/v1/skill/bagua', { characterId: 3, skillId: 3 }, 404],
    ['a skill under another id', '/api/v1/skill/bagua', { characterId: 2, skillId: 1 }, 404],
    ['an unknown path', '/api/v1/nothing', {}, 404],
  ])('refuses %s in the envelope', async (_what, path, body, status) => {
    const raw = typeof body === 'string' ? body : JSON.stringify(body);
    const headers = { 'Content-Type': 'application/json' };
    const answer = await server.fetch(path, { method: 'POST', body: raw, headers });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({
      code: status,
      message: anyText,
      data: { error: anyText },
    });
  });

  it('lets in tokens that are in force, each for its own workspace, and no API key in their place', async () => {
    const { userId, tokenId, token } = await server.user({ externalId: 'wx-1', name: '小红' });
    const again = await server.user({ externalId: 'wx-1', expiresInSeconds: 60 });
    expect(again.userId).toBe(userId);
    const status = async (bearer: string, path = '/api/v1/chat/1') =>
      (await server.fetch(path, { token: bearer })).status;
    expect(await status(token)).toBe(200);
    expect(await status(again.token)).toBe(200);
    expect(await status('parley_user_guessed')).toBe(401);
    expect(await status(server.keys.own)).toBe(401);
    expect(await status(server.keys.own, '/api/v1/characters')).toBe(200);
    expect((await server.post('/connect', { character_id: '1' }, { token })).status).toBe(401);
    server.later.ms = 61_000;
    expect(await status(again.token)).toBe(401);
    expect(await status(token)).toBe(200);
    server.later.ms = 0;
    const drop = (path: string, key: string) =>
      server.fetch(`/api/v1/users/${userId}${path}`, { method: 'DELETE', token: key });
    expect((await drop(`/tokens/${tokenId}`, server.keys.other)).status).toBe(404);
    expect(await (await drop(`/tokens/${tokenId}`, server.keys.own)).json()).toMatchObject({
      data: { revoked: 1 },
    });
    expect(await status(token)).toBe(401);
    expect(await status(again.token)).toBe(200);
    expect((await drop('/tokens', server.keys.own)).status).toBe(200);
    expect(await status(again.token)).toBe(401);
    expect((await drop('', server.keys.own)).status).toBe(200);
    expect((await drop('', server.keys.own)).status).toBe(404);
  });

  it('tells the weather of the source in the words of the model, if they do, else in plain ones', async () => {
    const { token } = await server.user();
    const ask = () =>
      server.post('/api/v1/skill/guanxing', { characterId: 2, skillId: 1 }, { token });
    server.provider.reply = ({ messages }) =>
      /阴，气温19度，西南风2级/.test(messages.at(-1)?.content ?? '')
        ? '今观星象，气温十九度，西南风来。'
        : '?';
    expect(await answerOf(await ask())).toMatchObject({
      content: '今观星象，气温十九度，西南风来。',
    });
    server.provider.reply = () => '今日天气，想必极好。';
    const plain = await answerOf(await ask());
    expect(plain.content).toBe(
      '北京此刻阴，气温19度，西南风2级，空气湿度百分之78。此讯报于19:30。',
    );
    expect(await histories(2, token)).toMatchObject([
      { role: 'assistant' },
      { content: plain.content },
    ]);
    expect(server.asked.find((url) => url.startsWith('/weather'))).toContain('latitude=39.9042');
  });

  it('tells whom the user talked with last, and nobody else of it', async () => {
    const { token } = await server.user();
    server.provider.reply = () => '容我一算。';
    const ask = () =>
      server.post('/api/v1/skill/tuiyan', { characterId: 2, skillId: 2 }, { token });
    expect((await answerOf(await ask())).content).toContain('尚未与旁人交谈');
    await server.post('/api/v1/chat', { characterId: 3, content: '你好' }, { token });
    expect((await answerOf(await ask())).content).toContain('林黛玉');
  });

  it.each([
    ['guanxing', 1, 'weather'],
    ['bagua', 3, 'news'],
  ])('says so and invents nothing when its source is down: %s', async (skill, skillId, what) => {
    server[what === 'weather' ? 'weather' : 'news'] = undefined;
    server.later.ms += 3_600_000;
    await expectNothing(server, skill, skillId, `${what}_unavailable`);
  });
});

/** A refusal with a sentence of the character, and nothing in the history. */
async function expectNothing(server: AiChatServer, skill: string, skillId: number, error: string) {
  const { token } = await server.user();
  const answer = await server.post(
    `/api/v1/skill/${skill}`,
    { characterId: 2, skillId },
    { token },
  );
  expect(answer.status).toBe(503);
  const content: unknown = expect.stringMatching(/不敢/);
  expect(await answer.json()).toMatchObject({ code: 503, data: { error, content } });
  const history = await server.fetch('/api/v1/chat/2', { token });
  expect(await history.json()).toMatchObject({ data: { histories: [] } });
}

describe('skills without a source', () => {
  it('say so and invent nothing', async () => {
    const server = await AiChatServer.start({ withSources: false });
    await expectNothing(server, 'guanxing', 1, 'weather_not_configured');
    await expectNothing(server, 'bagua', 3, 'news_not_configured');
    await server.close();
  }, 60_000);
});
