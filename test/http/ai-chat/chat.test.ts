import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answerOf, historiesOf, setRight } from './answers.ts';
import { examples, headings } from './examples.ts';
import { AiChatServer } from './server.ts';

const anyText: unknown = expect.any(String);
const containing = (text: string): unknown => expect.stringContaining(text);

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
  });
  afterAll(() => server.close());
  beforeEach(() => {
    setRight(server);
  });
  const histories = (character: number, token?: string) => historiesOf(server, character, token);

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

  it('tells the model the rules that are set for a character by another API', async () => {
    const { token } = await server.user();
    const platformPlugins = [
      {
        ...{ enabled: true, name: 'reject_answer_plugin' },
        rejectConditions: [{ conditionType: 'reject_rule', keywords: [{ value: '赌博' }] }],
      },
    ];
    const configure = (plugins: unknown[]) =>
      server.characters.update(server.workspaceId, 7, {
        xingchen: { advancedConfig: { platformPlugins: plugins } },
      });
    await configure(platformPlugins);
    await server.post('/api/v1/chat', { characterId: 7, content: '你好' }, { token });
    await configure([]);
    const system = server.provider.llm.requests.at(-1)?.messages[0]?.content;
    expect(system).toContain('never talk about "赌博"');
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
    const release = server.provider.llm.hold();
    const body = { characterId: 7, content: '你好' };
    const asked = [1, 2].map(() => server.post('/api/v1/chat', body, { token }));
    await Promise.race(asked);
    release();
    const both = await Promise.all(asked);
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
    const release = server.provider.llm.hold();
    const before = server.provider.llm.counts.requests;
    const first = ask('你好', { key: 'k-1' });
    await server.provider.llm.until(({ requests }) => requests > before);
    expect((await ask('再见', { from })).status).toBe(409);
    expect((await ask('你好', { from, key: 'k-1' })).status).toBe(409);
    release();
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

  it('keeps no answer that was on its way when its conversation was cleared', async () => {
    const { token } = await server.user();
    const before = server.provider.llm.counts.requests;
    const release = server.provider.llm.hold();
    const body = { characterId: 10, content: '你好' };
    const answering = server.post('/api/v1/chat', body, { token });
    await server.provider.llm.until(({ requests }) => requests > before);
    await server.fetch('/api/v1/chat/10', { method: 'DELETE', token });
    release();
    const refused = await answering;
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ data: { error: 'conversation_gone' } });
    expect(await histories(10, token)).toEqual([]);
  });
});
