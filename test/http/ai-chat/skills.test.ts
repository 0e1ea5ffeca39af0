import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Answer, answerOf, historiesOf, setRight, weatherOf } from './answers.ts';
import { AiChatServer } from './server.ts';

describe('the skills of characters in the app API', () => {
  let server: AiChatServer;
  beforeAll(async () => {
    server = await AiChatServer.start();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    setRight(server);
  });
  const histories = (character: number, token?: string) => historiesOf(server, character, token);

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
    const release = server.provider.llm.hold();
    const before = server.provider.llm.counts.requests;
    const chatting = server.post('/api/v1/chat', { characterId: 2, content: '你好' }, { token });
    await server.provider.llm.until(({ requests }) => requests > before);
    expect((await ask('tuiyan', 2)).status).toBe(409);
    release();
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
  });
});
