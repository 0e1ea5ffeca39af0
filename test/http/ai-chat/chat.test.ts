import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { conversations } from '../../../src/db/schema.ts';
import { AiChatServer } from './server.ts';
import { examples, headings } from './examples.ts';

/** As Open-Meteo answers, with the time of the place. @param agoMs of the measurement */
const weatherOf = (agoMs = 0) =>
  JSON.stringify({
    ...{ latitude: 39.9, longitude: 116.4, utc_offset_seconds: 28_800, timezone: 'Asia/Shanghai' },
    current_units: { time: 'iso8601', temperature_2m: '°C', wind_speed_10m: 'm/s' },
    current: {
      time: new Date(Date.now() - agoMs + 28_800_000).toISOString().slice(0, 16),
      ...{ interval: 900, temperature_2m: 18.7, relative_humidity_2m: 78, weather_code: 3 },
      ...{ wind_speed_10m: 3.2, wind_direction_10m: 230 },
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
    server.weather = weatherOf();
    server.news = news;
    server.provider.reply = () => '免了虚礼，有什么话便直说。';
    server.provider.llm.always({ kind: 'ok' });
    server.provider.llm.pace = { firstMs: 0, pieceMs: 0 };
  });

  const histories = async (character: number, token?: string) => {
    const answer = await server.fetch(`/api/v1/chat/${character}`, token ? { token } : {});
    return History.parse(await answer.json()).data.histories;
  };

  it('has an example of every operation of the contract', () => {
    expect(examples.map(({ heading }) => heading)).toEqual(headings);
  });

  it.each(examples)('answers in the documented shape: $heading', async (example) => {
    const { method, path, body, answer, isSound, tells } = example;
    const { token } = await server.user();
    const say = async (characterId: number) =>
      answerOf(await server.post('/api/v1/chat', { characterId, content: '你是谁' }, { token }));
    // So that there is something to show, to clear away, to speak and to remember.
    for (const character of [11, 1, 3]) await say(character);
    const { id } = await say(3);
    const got =
      method === 'POST'
        ? await server.post(path, body, { token })
        : await server.fetch(isSound ? `${path}${id}` : path, { method, token });
    expect(got.status).toBe(200);
    if (isSound) {
      expect(got.headers.get('content-type')).toBe('audio/wav');
      expect(Buffer.from(await got.arrayBuffer()).toString('latin1', 0, 4)).toBe('RIFF');
      return;
    }
    expect(got.headers.get('content-type')).toMatch(/^application\/json/);
    const json: unknown = await got.json();
    expect(shapeOf(json)).toEqual(shapeOf(answer));
    // What does not depend on who asks or when is the same to the letter.
    if (path.startsWith('/api/v1/character')) expect(json).toEqual(answer);
    if (method === 'DELETE') expect(await histories(1, token)).toEqual([]);
    if (tells) {
      const told = await histories(2, token);
      expect(told.map(({ role }) => role)).toEqual(['assistant']);
      expect(told[0]?.content).toMatch(tells);
    }
  });

  it('finds each of the twenty by its number and by its id', async () => {
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

  it('gives one answer at a time, and one to each key, however many processes there are', async () => {
    const { token } = await server.user();
    const from = server.second;
    const ask = (content: string, more: { from?: typeof from; key?: string } = {}) =>
      server.post(
        '/api/v1/chat',
        { characterId: 12, content },
        {
          token,
          ...(more.from && { from: more.from }),
          headers: more.key === undefined ? {} : { 'Idempotency-Key': more.key },
        },
      );
    server.provider.llm.pace = { firstMs: 300, pieceMs: 0 };
    const before = server.provider.llm.counts.requests;
    const first = ask('你好', { key: 'k-1' });
    await server.provider.llm.until(({ requests }) => requests > before);
    expect((await ask('再见', { from })).status).toBe(409);
    expect((await ask('你好', { from, key: 'k-1' })).status).toBe(409);
    const answer = await answerOf(await first);
    expect(await answerOf(await ask('你好', { from, key: 'k-1' }))).toEqual(answer);
    expect((await ask('再见', { from, key: 'k-1' })).status).toBe(422);
    expect(server.provider.llm.counts.requests - before).toBe(1);
    expect(await histories(12, token)).toHaveLength(2);
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
    for (const unknown of [randomUUID(), 'x']) {
      const refused = await drop(`/tokens/${unknown}`, server.keys.own);
      expect(refused.status).toBe(404);
      expect(await refused.json()).toMatchObject({ data: { error: 'token_not_found' } });
    }
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

  it('tells weather and news to the letter, whatever a model would make of them', async () => {
    const { token } = await server.user();
    // One that is true and one that is not: both look alike.
    server.provider.reply = () =>
      '其一，世界第一高桥花江峡谷大桥将于廿八日通车；其二，外星人昨夜降临。北京大雪，二十九度。';
    const before = server.provider.llm.counts.requests;
    const ask = async (skill: string, skillId: number) => {
      const body = { characterId: 2, skillId };
      const answer: unknown = await (
        await server.post(`/api/v1/skill/${skill}`, body, { token })
      ).json();
      return answer;
    };
    expect(await ask('bagua', 3)).toMatchObject({
      content:
        '近日闻世间诸般要事，容亮一一道来。据百度所载：\n其一，世界第一高桥花江峡谷大桥将于廿八日通车\n其二，神舟二十号乘组 & 第四次出舱活动\n此皆近日热点，不知君欲细问哪一件？',
    });
    const told =
      /^今观天象，北京此刻阴，气温十九度，西南风二级，空气湿度百分之七十八。此讯报于\d\d:\d\d。$/;
    expect(Answer.parse(await ask('guanxing', 1)).data.content).toMatch(told);
    expect(server.provider.llm.counts.requests).toBe(before);
    expect((await histories(2, token)).map(({ role }) => role)).toEqual(['assistant', 'assistant']);
    expect(server.asked.find((url) => url.startsWith('/weather'))).toContain('latitude=39.9042');
  });

  it('gives one answer at a time, what it tells included, and the same one to a repeated request', async () => {
    const { token } = await server.user();
    const ask = (skill: string, skillId: number, key?: string) =>
      server.post(
        `/api/v1/skill/${skill}`,
        { characterId: 2, skillId },
        { token, headers: key === undefined ? {} : { 'Idempotency-Key': key } },
      );
    server.provider.llm.pace = { firstMs: 300, pieceMs: 0 };
    const chatting = server.post('/api/v1/chat', { characterId: 2, content: '你好' }, { token });
    const before = server.provider.llm.counts.requests;
    await server.provider.llm.until(({ requests }) => requests > before);
    expect((await ask('tuiyan', 2)).status).toBe(409);
    expect((await chatting).status).toBe(200);
    const same = await Promise.all([ask('guanxing', 1, 'k-1'), ask('guanxing', 1, 'k-1')]);
    const [first, second] = await Promise.all(same.map(answerOf));
    expect(second).toEqual(first);
    expect(await answerOf(await ask('guanxing', 1, 'k-1'))).toEqual(first);
    expect((await ask('bagua', 3, 'k-1')).status).toBe(422);
    expect((await ask('bagua', 3, 'a b')).status).toBe(400);
    expect(await histories(2, token)).toHaveLength(3);
  });

  it('tells no weather of another day', async () => {
    server.weather = weatherOf(4 * 3_600_000);
    server.later.ms += 3_600_000;
    await expectNothing(server, 'guanxing', 1, 'weather_unavailable');
  });

  it('shows a user what the gallery shows, and the back end every character', async () => {
    const { character } = await server.characters.create(server.workspaceId, {
      name: 'Draft',
      aiChat: { skills: ['tuiyan'] },
    });
    const ref = character.number;
    const body = { characterId: ref, content: '你好' };
    const status = async (answer: Promise<Response>) => (await answer).status;
    const everywhere = async () => [
      await status(server.fetch(`/api/v1/character/${ref}`)),
      await status(server.fetch(`/api/v1/character/${character.id}/skill`)),
      await status(server.post('/api/v1/chat', body)),
      await status(server.fetch(`/api/v1/chat/${ref}`)),
      await status(server.fetch(`/api/v1/chat/${ref}`, { method: 'DELETE' })),
      await status(server.post('/api/v1/skill/tuiyan', { characterId: ref, skillId: 2 })),
    ];
    expect(await everywhere()).toEqual(Array(6).fill(404));
    const path = `/api/v1/character/${ref}`;
    expect(await status(server.fetch(path, { token: server.keys.own }))).toBe(200);
    expect(await status(server.fetch(path, { token: server.keys.other }))).toBe(404);
    await server.characters.update(server.workspaceId, ref, { listing: 'listed' });
    expect(await everywhere()).toEqual(Array(6).fill(200));
    await server.characters.delete(server.workspaceId, ref);
  });

  it('lets nobody be known by the id of another user', async () => {
    const { userId } = await server.user();
    for (const externalId of [userId, userId.toUpperCase()]) {
      const refused = await server.post(
        '/api/v1/users',
        { externalId },
        { token: server.keys.own },
      );
      expect(refused.status).toBe(409);
      expect(await refused.json()).toMatchObject({ data: { error: 'external_id_taken' } });
    }
    const elsewhere = await server.post(
      '/api/v1/users',
      { externalId: userId },
      { token: server.keys.other },
    );
    expect(elsewhere.status).toBe(200);
  });

  it('gives the conversation to its user before its id is told, and keeps it theirs when it is cleared', async () => {
    const { token, userId } = await server.user();
    const looked = await server.fetch('/api/v1/chat/9', { token });
    const id = looked.headers.get('x-character-session-id') ?? '';
    const owner = async () => {
      const { db } = server.database;
      const rows = await db.select().from(conversations).where(eq(conversations.id, id));
      return rows[0]?.endUserId;
    };
    expect(await owner()).toBe(userId);
    await server.fetch('/api/v1/chat/9', { method: 'DELETE', token });
    expect(await owner()).toBe(userId);
  });

  it('keeps no answer that was on its way when its conversation was cleared', async () => {
    const { token } = await server.user();
    const before = server.provider.llm.counts.requests;
    server.provider.llm.pace = { firstMs: 300, pieceMs: 0 };
    const body = { characterId: 10, content: '你好' };
    const answering = server.post('/api/v1/chat', body, { token });
    await server.provider.llm.until(({ requests }) => requests > before);
    await server.fetch('/api/v1/chat/10', { method: 'DELETE', token });
    const refused = await answering;
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ data: { error: 'conversation_gone' } });
    expect(await histories(10, token)).toEqual([]);
  });

  it('tells whom the user talked with last, and nobody else of it', async () => {
    const { token } = await server.user();
    const ask = () =>
      server.post('/api/v1/skill/tuiyan', { characterId: 2, skillId: 2 }, { token });
    expect((await answerOf(await ask())).content).toContain('尚未与旁人交谈');
    await server.post('/api/v1/chat', { characterId: 3, content: '你好' }, { token });
    expect((await answerOf(await ask())).content).toBe(
      '亮推演得知，你上次所交谈之人，名唤林黛玉，人称潇湘妃子。才情出众、多愁善感。与你品读诗词、探讨人生感悟。你曾言道：“你好”',
    );
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
  const isDown = error.endsWith('unavailable');
  expect(answer.headers.get('retry-after')).toBe(isDown ? '30' : null);
  const content: unknown = expect.stringMatching(isDown ? /亮不敢.*请稍后再问/ : /亮不敢[^后]*$/);
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
