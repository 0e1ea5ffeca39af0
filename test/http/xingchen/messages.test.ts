import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChatAnswer } from '../../../src/protocol/xingchen/chat.ts';
import { HistoryAnswer, ReminderAnswer } from '../../../src/protocol/xingchen/messages.ts';
import { asking, XingchenServer } from './server.ts';

const containing = (text: string): unknown => expect.stringContaining(text);

describe('messages in the Xingchen API', () => {
  let server: XingchenServer;
  beforeAll(async () => {
    server = await XingchenServer.start();
    server.provider.reply = ({ messages }) => `回答：${messages.at(-1)?.content ?? ''}`;
  });
  afterAll(() => server.close());

  const say = async (characterId: string, words: string, userId: string = randomUUID()) => {
    const answer = await server.post('/chat/send', asking(characterId, words, { userId }));
    return { ...ChatAnswer.parse(answer).data.context, userId };
  };
  const histories = async (where: object, more: object = {}, key = server.keys.own) => {
    const answer = await server.post('/chat/message/histories', { where, ...more }, key);
    return HistoryAnswer.parse(answer).data;
  };

  it('are told with who said what, and how it was rated', async () => {
    const characterId = await server.create({ name: '小婉' });
    const { userId, messageId, queryId, chatId, sessionId } = await say(characterId, '你好');
    await server.post('/chat/rating', { messageId, rating: 3 });
    const { list, total, page, pageSize } = await histories({ characterId, bizUserId: userId });
    expect({ total, page, pageSize }).toEqual({ total: 2, page: 1, pageSize: 10 });
    const common = { sessionId, chatId, isGreeting: false };
    expect(list).toMatchObject([
      {
        ...common,
        ...{ messageId, content: '回答：你好', messageType: 'character', rating: 3 },
        messageIssuer: { userId: characterId, userName: '小婉', userType: 'character' },
      },
      {
        ...common,
        ...{ messageId: queryId, content: '你好', messageType: 'user', rating: null },
        messageIssuer: { bizUserId: userId, userName: '小明', userType: 'user' },
      },
    ]);
  });

  it('come page by page, from page 1 or 0, in the order that was asked for', async () => {
    const characterId = await server.create();
    const { userId } = await say(characterId, '一');
    await say(characterId, '二', userId);
    const where = { characterId, bizUserId: userId };
    const contents = async (more: object) =>
      (await histories(where, more)).list.map((m) => m.content);
    const all = ['回答：二', '二', '回答：一', '一'];
    expect(await contents({})).toEqual(all);
    expect(await contents({ orderBy: ['gmtCreate asc'] })).toEqual(all.toReversed());
    expect(await contents({ pageSize: 3, pageNum: 0 })).toEqual(all.slice(0, 3));
    expect(await contents({ pageSize: 3, pageNum: 2 })).toEqual(all.slice(3));
    expect(await contents({ pageNum: 9 })).toEqual([]);
  });

  it('are found by session, by ids and by time, however these are written', async () => {
    const characterId = await server.create();
    const { userId, sessionId, queryId, messageId } = await say(characterId, '你好');
    const dashed = sessionId.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    const total = async (where: object) => (await histories(where)).total;
    for (const id of [sessionId, dashed]) expect(await total({ sessionId: id })).toBe(2);
    expect(await total({ messageIds: [queryId] })).toBe(1);
    expect(await total({ messageIds: [queryId, messageId, 'unknown'] })).toBe(2);
    const now = Date.now();
    const hour = 3_600_000;
    const times = [now - hour, String(now - hour), new Date(now - hour).toISOString()];
    for (const startTime of times) {
      expect(await total({ bizUserId: userId, startTime, endTime: now + hour })).toBe(2);
      expect(await total({ bizUserId: userId, endTime: startTime })).toBe(0);
    }
    expect(await total({ characterId: randomUUID() })).toBe(0);
    expect(await total({ bizUserId: 'nobody' })).toBe(0);
  });

  it('are nobody’s in another workspace', async () => {
    const characterId = await server.create();
    const { messageId, sessionId } = await say(characterId, '你好');
    for (const where of [{ sessionId }, { characterId }, { messageIds: [messageId] }])
      expect((await histories(where, {}, server.keys.other)).total).toBe(0);
    const rated = await server.post('/chat/rating', { messageId, rating: 1 }, server.keys.other);
    expect(rated).toMatchObject({ success: false, code: 40403 });
  });

  it('are rated by whole numbers from -1 to 5, and only where the character said them', async () => {
    const characterId = await server.create();
    const { messageId, queryId } = await say(characterId, '你好');
    const rate = (body: object) => server.post('/chat/rating', body);
    for (const rating of [-1, 5, '3'])
      expect(await rate({ messageId, rating })).toMatchObject({ data: true });
    for (const rating of [-2, 6, 1.5, 'good', null])
      expect(await rate({ messageId, rating })).toMatchObject({ code: 42201 });
    for (const id of [queryId, randomUUID(), 'x'])
      expect(await rate({ messageId: id, rating: 1 })).toMatchObject({ code: 40403 });
    expect((await histories({ messageIds: [messageId] })).list[0]?.rating).toBe(3);
  });

  it.each([
    [{ startTime: 'yesterday' }, {}, 'where.startTime'],
    [{ startTime: -1 }, {}, 'where.startTime'],
    [{ messageIds: 'x' }, {}, 'where.messageIds'],
    [{}, { orderBy: ['rating desc'] }, 'orderBy'],
    [{}, { pageSize: 51 }, 'pageSize'],
    [{}, { pageNum: -1 }, 'pageNum'],
  ])('are refused in words: %j %j', async (where, more, named) => {
    expect(await server.post('/chat/message/histories', { where, ...more })).toMatchObject({
      ...{ success: false, code: 42201, errorMessage: containing(named) },
    });
  });

  describe('that a character writes first', () => {
    it('are known to it when the user answers', async () => {
      const characterId = await server.create();
      const bizUserId = randomUUID();
      const content = '最近为什么不理我啊?';
      await server.post('/chat/reminder', { characterId, bizUserId, content });
      const { list } = await histories({ characterId, bizUserId });
      expect(list).toMatchObject([{ content, messageType: 'sys_greetings' }]);
      let asked = '';
      server.provider.reply = ({ messages }) => {
        asked = JSON.stringify(messages);
        return '好';
      };
      await say(characterId, '我很忙', bizUserId);
      expect(asked).toContain(content);
    });

    it('are its own words where none are given', async () => {
      const characterId = await server.create();
      server.provider.reply = () => '你还好吗？';
      const body = { characterId, bizUserId: randomUUID() };
      const { data } = ReminderAnswer.parse(await server.post('/chat/reminder', body));
      expect(data).toMatchObject({ content: '你还好吗？', messageType: 'sys_greetings' });
      const { list } = await histories(body);
      expect(list).toEqual([data]);
    });

    it('obey the rules that its owner has set', async () => {
      const platformPlugins = [
        {
          ...{ enabled: true, name: 'reject_answer_plugin' },
          rejectConditions: [{ conditionType: 'reject_rule', keywords: [{ value: '赌博' }] }],
        },
      ];
      const characterId = await server.create({ advancedConfig: { platformPlugins } });
      server.provider.reply = () => '你好';
      await server.post('/chat/reminder', { characterId, bizUserId: randomUUID() });
      const system = server.provider.llm.requests.at(-1)?.messages[0]?.content;
      expect(system).toContain('never talk about "赌博"');
    });

    it('are refused for a character that is not there, and for nobody', async () => {
      const characterId = await server.create();
      const remind = (body: object, key?: string) => server.post('/chat/reminder', body, key);
      const body = { characterId, bizUserId: 'u', content: 'x' };
      expect(await remind({ ...body, characterId: randomUUID() })).toMatchObject({ code: 40402 });
      expect(await remind(body, server.keys.other)).toMatchObject({ code: 40402 });
      expect(await remind({ characterId, content: 'x' })).toMatchObject({ code: 42201 });
      expect(await remind({ ...body, content: 'x'.repeat(9_000) })).toMatchObject({ code: 42201 });
    });
  });
});
