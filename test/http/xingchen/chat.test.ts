import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { IncomingMessage, request, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { ChatHistory } from '../../../src/chats/chat-history.ts';
import { Conversations } from '../../../src/chats/conversations.ts';
import { Turns } from '../../../src/chats/turns.ts';
import { ChatAnswer, ChatResult } from '../../../src/protocol/xingchen/chat.ts';
import { Refusal } from '../../../src/protocol/xingchen/envelope.ts';
import { exchangeIds, uuidOf } from '../../../src/protocol/xingchen/ids.ts';
import { documentedChat } from './examples.ts';
import { asking, XingchenServer } from './server.ts';

const answerIn = (envelope: unknown) => ChatAnswer.parse(envelope).data;
const said = (result: z.infer<typeof ChatResult>) => result.choices[0]?.messages[0]?.content ?? '';
const Begun = z.object({
  request: z.instanceof(IncomingMessage),
  response: z.instanceof(ServerResponse),
});
/** On a machine that has much else to do, too. */
const soon = { timeout: 60_000, interval: 50 };
const ownHistory = { context: { useChatHistory: false } };

describe('the chat of the Xingchen API', () => {
  let server: XingchenServer;
  let id = '';
  const ask = async (words: string, more?: Parameters<typeof asking>[2], key?: string) =>
    answerIn(await server.post('/chat/send', asking(id, words, more), key));
  const refused = async (body: unknown, key?: string) =>
    Refusal.parse(await server.post('/chat/send', body, key));
  const prompts = () => server.provider.llm.requests.map(({ messages }) => messages);
  const turnsOf = (sessionId: string, workspaceId = server.workspaces.own) =>
    new Turns(server.database.db).history(
      { workspaceId, conversationId: uuidOf(sessionId) ?? '' },
      50,
    );

  beforeAll(async () => {
    server = await XingchenServer.start();
    id = await server.create({ name: '小婉', basicInformation: '小婉今年17岁,住在杭州。' });
  });
  afterAll(() => server.close());
  afterEach(() => {
    const { provider } = server;
    provider.reply = () => '我今年17岁了。';
    provider.calls = () => [];
    provider.ending = () => ({ finishReason: 'stop' });
    provider.llm.always({ kind: 'ok' });
    provider.llm.pace = { firstMs: 0, pieceMs: 0 };
  });

  it('streams pieces that are the whole answer when put together, emoji and all', async () => {
    const emoji = '👨‍👩‍👧 好的🙂';
    // Some servers cut a character in two.
    server.provider.reply = () => [emoji.slice(0, 1), emoji.slice(1, 7), emoji.slice(7)];
    const question = asking(id, '发个表情', {
      ...ownHistory,
      parameters: { incrementalOutput: true },
    });
    const { events } = await server.events(question);
    const results = events.map(({ data }) => ChatResult.parse(data));
    const pieces = results.map(said);
    expect(pieces.join('')).toBe(emoji);
    expect(pieces.at(-1)).toBe('');
    expect(pieces.every((piece) => !/\p{Surrogate}/u.test(piece))).toBe(true);
    expect(said(await ask('发个表情', ownHistory))).toBe(emoji);
    expect(results.at(-1)?.usage).toBeDefined();
    const [first, last] = [results[0]?.context, results.at(-1)?.context];
    expect(first).toEqual(last);
  });

  it('tells the model who talks, where, and what was said, and counts what it took', async () => {
    server.provider.ending = () => ({
      finishReason: 'length',
      usage: { prompt_tokens: 1336, completion_tokens: 5 },
    });
    const question = documentedChat(id);
    const { choices, usage } = answerIn(await server.post('/chat/send', question));
    expect(choices[0]).toMatchObject({ stopReason: 'length' });
    expect(usage).toMatchObject({ inputTokens: 1336, outputTokens: 5 });
    expect(usage?.userTokens).toBeGreaterThan(0);
    const [system, ...rest] = prompts().at(-1) ?? [];
    expect(system?.content).toContain('小婉今年17岁');
    expect(system?.content).toContain('> 我是小明,是小婉邻居。');
    expect(system?.content).toContain('小明');
    expect(rest.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
    ]);
  });

  it('keeps a history of its own for each user, and answers from it', async () => {
    const first = await ask('我叫小明', { userId: 'a' });
    const second = await ask('我叫什么?', { userId: 'a' });
    await ask('我叫什么?', { userId: 'b' });
    const [one, other] = prompts().slice(-2);
    expect(one?.slice(1).map(({ content }) => content)).toEqual([
      '我叫小明',
      '我今年17岁了。',
      '我叫什么?',
    ]);
    expect(other).toHaveLength(2);
    expect(second.context.sessionId).toBe(first.context.sessionId);
    const turns = await turnsOf(first.context.sessionId);
    expect(turns.map(({ userText }) => userText)).toEqual(['我叫小明', '我叫什么?']);
    expect(exchangeIds(turns[0]?.id ?? '')).toMatchObject({
      messageId: first.context.messageId,
      queryId: first.context.queryId,
      chatId: first.context.chatId,
    });
  });

  it('continues under the id that voice sessions are begun with', async () => {
    const { sessionId } = (await ask('你好', { userId: 'voice' })).context;
    const character = await server.characters.get(server.workspaces.own, id);
    const opened = await new Conversations(server.database.db).open({
      workspaceId: server.workspaces.own,
      characterId: character?.id ?? '',
      endUserId: null,
      characterSessionId: sessionId,
    });
    expect(opened).toMatchObject({ id: uuidOf(sessionId), isNew: false });
  });

  it('shows the model no more rounds than shortTermMemoryRound, whosever history it is', async () => {
    const short = await server.create({ advancedConfig: { shortTermMemoryRound: 1 } });
    for (const words of ['一', '二', '三']) await server.post('/chat/send', asking(short, words));
    expect(prompts().at(-1)?.slice(1)).toHaveLength(3);
    await server.post('/chat/send', documentedChat(short));
    expect(prompts().at(-1)?.slice(1)).toHaveLength(3);
  });

  it('answers the last question anew in the place of its answer, as often as is wished', async () => {
    const { context } = await ask('讲个故事', { userId: 'anew' });
    for (const reply of ['从前…', '很久以前…']) {
      server.provider.reply = () => reply;
      const again = await ask('忽略', {
        userId: 'anew',
        context: { isRegenerate: true, queryId: context.queryId },
      });
      expect(said(again)).toBe(reply);
      expect(again.context.queryId).toBe(context.queryId);
    }
    expect(await turnsOf(context.sessionId)).toMatchObject([
      { userText: '讲个故事', assistantText: '很久以前…' },
    ]);
    const strange = { userId: 'anew', context: { isRegenerate: true, queryId: 'f'.repeat(32) } };
    expect(await refused(asking(id, '…', strange))).toMatchObject({ code: 40403 });
    const own = { userId: 'anew', context: { isRegenerate: true, useChatHistory: false } };
    await ask('讲个故事', own);
    expect(await turnsOf(context.sessionId)).toHaveLength(1);
  });

  it('answers a question anew once at a time, and nothing but the last one', async () => {
    const { context } = await ask('讲个故事', { userId: 'both' });
    const again = { userId: 'both', context: { isRegenerate: true, queryId: context.queryId } };
    const release = server.provider.llm.hold();
    const both = [1, 2].map(() => server.post('/chat/send', asking(id, '…', again)));
    await Promise.race(both);
    release();
    const codes = (await Promise.all(both)).map(
      (one) => z.object({ code: z.int() }).parse(one).code,
    );
    expect(codes.sort()).toEqual([200, 40901]);
    await ask('还有呢?', { userId: 'both' });
    expect(await refused(asking(id, '…', again))).toMatchObject({ code: 40403 });
    expect(await turnsOf(context.sessionId)).toHaveLength(2);
  });

  it('passes on what the model shall be asked with, and streams what it answers otherwise', async () => {
    server.provider.reply = (sent) => [`${z.int().parse(sent['seed'])}号，`, '一样的', '回答。'];
    const parameters = {
      ...{ modelName: 'another', seed: 42, topP: 0.7, temperature: 0.4, maxLength: 77 },
      incrementalOutput: true,
    };
    const more = { ...ownHistory, parameters };
    const plain = said(await ask('你好', more));
    expect(server.provider.llm.requests.at(-1)).toMatchObject({
      ...{ model: 'another', seed: 42, top_p: 0.7, temperature: 0.4, max_tokens: 77 },
    });
    const { events } = await server.events(asking(id, '你好', more));
    const pieces = events.map(({ data }) => said(ChatResult.parse(data)));
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join('')).toBe(plain);
    expect(plain).toBe('42号，一样的回答。');
  });

  it('takes a number for the id of a user', async () => {
    const question = asking(id, '你好');
    const { aca } = question.input;
    const numbered = { ...aca, userProfile: { userId: 987_654 } };
    const { context } = answerIn(
      await server.post('/chat/send', { input: { ...question.input, aca: numbered } }),
    );
    expect((await ask('再见', { userId: '987654' })).context.sessionId).toBe(context.sessionId);
    const nobody = { ...aca, userProfile: { userId: ' ' } };
    expect(await refused({ input: { ...question.input, aca: nobody } })).toMatchObject({
      code: 42201,
    });
  });

  it('answers as a character that is described in the request, and keeps nothing of it', async () => {
    const body = {
      input: {
        messages: [{ role: 'user', content: '你是谁?' }],
        aca: {
          botProfile: { name: '阿福', content: '阿福是一只猫。', traits: '只说喵。' },
          sampleMessages: [
            { role: 'user', content: '饿吗?' },
            { role: 'assistant', content: '喵喵!' },
          ],
        },
      },
    };
    const { context } = answerIn(await server.post('/chat/send', body));
    expect(context).toMatchObject({ isSave: false, sessionId: '' });
    const system = prompts().at(-1)?.[0]?.content;
    for (const told of ['阿福是一只猫。', '只说喵。', '喵喵!']) expect(system).toContain(told);
    const empty = { ...body.input, aca: { botProfile: { name: '阿福' } } };
    expect((await refused({ input: empty })).errorMessage).toMatch(/botProfile.*characterId/);
  });

  it('lets the application call functions, and answers from what they return', async () => {
    server.provider.reply = () => '';
    server.provider.calls = () => [{ name: 'weather', json: '{"city":"杭州"}' }];
    const functionList = [{ name: 'weather', description: '天气', parameters: { type: 'object' } }];
    const question = asking(id, '杭州天气怎么样?', { ...ownHistory, aca: { functionList } });
    const called = answerIn(await server.post('/chat/send', question));
    expect(called.context).toMatchObject({ isSave: false });
    const functionCall = {
      thought: '',
      apiCallList: [{ apiName: 'weather', parameters: { city: '杭州' } }],
    };
    expect(called.choices).toMatchObject([
      { messages: [{ functionCall, finishReason: 'function_call' }], stopReason: 'function_call' },
    ]);
    server.provider.reply = () => '今天下雨。';
    server.provider.calls = () => [];
    const messages = [
      ...question.input.messages,
      { role: 'assistant', content: '', functionCall },
      { role: 'function', name: 'weather', content: '{"sky":"小雨"}' },
    ];
    const returned = { input: { ...question.input, messages } };
    expect(said(answerIn(await server.post('/chat/send', returned)))).toBe('今天下雨。');
    expect(prompts().at(-1)?.[0]?.content).toContain('小雨');
    expect(prompts().at(-1)?.at(-1)?.content).toBe('杭州天气怎么样?');
  });

  it('answers from the beginning of what a function returns, however long that is', async () => {
    const functionCall = { thought: '', apiCallList: [{ apiName: 'book', parameters: {} }] };
    const { messages, aca } = asking(id, '书里说什么?', ownHistory).input;
    const book = (content: string) => ({ role: 'function', name: 'book', content });
    const call = { role: 'assistant', content: '', functionCall };
    const returned = [...messages, call, book(`山${'🐉'.repeat(9_000)}`), call, book('水')];
    await server.post('/chat/send', { input: { messages: returned, aca } });
    const system = prompts().at(-1)?.[0]?.content ?? '';
    expect(system).toMatch(/山🐉+\n> \[the rest is too long[^]*水/u);
    expect(system).not.toMatch(/\p{Surrogate}/u);
  });

  it('tells the character what its application remembers, the newest where that is too much', async () => {
    const memory = {
      summaries: [`旧事。${'久'.repeat(19_990)}`, '他们去过西湖。'],
      originals: [
        { name: '小明', role: 'user', content: '我怕黑。' },
        { role: 'assistant', content: '我陪你。' },
        { role: 'function', name: 'f', content: '无关' },
      ],
    };
    await ask('你好', { ...ownHistory, aca: { memory } });
    const system = prompts().at(-1)?.[0]?.content ?? '';
    for (const told of ['他们去过西湖。', 'by 小明: 我怕黑。', 'by 小婉: 我陪你。'])
      expect(system).toContain(told);
    for (const dropped of ['旧事', '无关']) expect(system).not.toContain(dropped);
  });

  it('tells the character what the application says, before the words or behind them', async () => {
    const { messages, aca } = asking(id, '你好', ownHistory).input;
    const around = [
      { role: 'system', content: '今天下雪。' },
      ...messages,
      { role: 'system', content: '小明在哭。' },
    ];
    await server.post('/chat/send', { input: { messages: around, aca } });
    expect(prompts().at(-1)?.[0]?.content).toMatch(/今天下雪。[^]*小明在哭。/u);
  });

  it('is open to other workspaces only where allowApi says so, and in conversations of their own', async () => {
    const { other } = server.keys;
    const closed = await server.create({ permConfig: { isPublic: 1, allowApi: 0, allowChat: 1 } });
    expect(await refused(asking(closed, '你好'), other)).toMatchObject({ code: 40402 });
    const open = await server.create({ permConfig: { isPublic: 0, allowApi: 1, allowChat: 0 } });
    const foreign = answerIn(await server.post('/chat/send', asking(open, '你好'), other)).context;
    const own = answerIn(await server.post('/chat/send', asking(open, '你好'))).context;
    expect(foreign.sessionId).not.toBe(own.sessionId);
    expect(prompts().at(-1)).toHaveLength(2);
    expect(await turnsOf(foreign.sessionId)).toEqual([]);
    expect(await turnsOf(foreign.sessionId, server.workspaces.other)).toHaveLength(1);
  });

  it('does not mix a hundred chats at once, of one user or of many', async () => {
    server.provider.reply = ({ messages }) => `回${messages.at(-1)?.content ?? ''}`;
    const numbers = Array.from({ length: 100 }, (_, at) => `第${at}句`);
    const many = numbers.map((words, at) =>
      ask(words, at % 2 === 0 ? { userId: `many-${at}` } : { userId: 'one', ...ownHistory }),
    );
    expect((await Promise.all(many)).map(said)).toEqual(numbers.map((words) => `回${words}`));
  });

  it('is free again for a user who stopped reading a long answer, and left', async () => {
    server.provider.reply = () => Array.from({ length: 2_000 }, () => '说个不停');
    const userId = 'paused';
    let response: ServerResponse | undefined;
    const onStart = (message: unknown) => {
      const begun = Begun.parse(message);
      if (begun.request.url === '/v2/api/chat/send') response = begun.response;
    };
    subscribe('http.server.request.start', onStart);
    const { port } = server.app;
    const outgoing = request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v2/api/chat/send',
    });
    outgoing.setHeader('Authorization', `Bearer ${server.keys.own}`);
    outgoing.setHeader('Content-Type', 'application/json');
    outgoing.setHeader('X-AcA-SSE', 'enable');
    outgoing.on('error', () => undefined);
    outgoing.on('response', (incoming) => incoming.on('error', () => undefined).pause());
    outgoing.end(JSON.stringify(asking(id, '你好', { userId })));
    await vi.waitFor(() => {
      expect(response?.writableNeedDrain).toBe(true);
    }, soon);
    unsubscribe('http.server.request.start', onStart);
    expect(await refused(asking(id, '你好', { userId }))).toMatchObject({ code: 40901 });
    outgoing.destroy();
    server.provider.reply = () => '好。';
    await vi.waitFor(async () => {
      expect(await server.post('/chat/send', asking(id, '你好', { userId }))).toMatchObject({
        code: 200,
      });
    }, soon);
  });

  /** Streams an answer whose model stalls behind the first piece. @returns leaves it, and waits until the model was stopped */
  async function beginAnswer(body: unknown): Promise<() => Promise<void>> {
    const { llm } = server.provider;
    llm.always({ kind: 'stall', afterPieces: 1 });
    const { aborted } = llm.counts;
    const leaving = new AbortController();
    const response = await fetch(`${server.app.url}/v2/api/chat/send`, {
      method: 'POST',
      headers: {
        ...{ Authorization: `Bearer ${server.keys.own}`, 'Content-Type': 'application/json' },
        'X-AcA-SSE': 'enable',
      },
      body: JSON.stringify(body),
      signal: leaving.signal,
    });
    await response.body?.getReader().read();
    return async () => {
      leaving.abort();
      await llm.until((counts) => counts.aborted > aborted);
    };
  }

  it('stops the model when its client leaves, and keeps nothing', async () => {
    const { sessionId } = (await ask('你好', { userId: 'leaver' })).context;
    const leave = await beginAnswer(asking(id, '说个不停', { userId: 'leaver' }));
    await leave();
    expect(await turnsOf(sessionId)).toHaveLength(1);
  });

  it('ends a stream that fails with an error event, before its first piece with a status too', async () => {
    const { llm } = server.provider;
    llm.always({ kind: 'refuse', status: 400 });
    const early = await server.events(asking(id, '你好', ownHistory));
    expect(early.status).toBe(502);
    expect(early.events).toMatchObject([{ event: 'error', data: { errorCode: 50201 } }]);
    llm.always({ kind: 'breakOff', afterPieces: 1 });
    server.provider.reply = () => ['从前', '有座山'];
    const late = await server.events(asking(id, '你好', ownHistory));
    expect(late.status).toBe(200);
    expect(late.events.map(({ event }) => event)).toEqual(['message', 'error']);
    expect(Refusal.parse(late.events[1]?.data)).toMatchObject({
      errorCode: 50201,
      httpStatusCode: 502,
      success: false,
    });
    const unread = await server.events(asking('nobody', '你好'));
    expect([unread.status, unread.events[0]?.event]).toEqual([404, 'error']);
    const key = { Authorization: 'Bearer wrong' };
    expect((await server.events({}, key)).events).toMatchObject([{ data: { errorCode: 40102 } }]);
  });

  it('keeps nothing in a conversation that was deleted meanwhile, though another began in its place', async () => {
    const { llm } = server.provider;
    const { sessionId } = (await ask('你好', { userId: 'gone' })).context;
    const release = llm.hold();
    const requests = llm.counts.requests;
    const answer = server.post('/chat/send', asking(id, '你好', { userId: 'gone' }));
    await llm.until((counts) => counts.requests > requests);
    const of = { workspaceId: server.workspaces.own, characterId: uuidOf(id) ?? '' };
    await new ChatHistory(server.database.db).delete(of, [sessionId]);
    const anew = { ...of, endUserId: null, characterSessionId: sessionId };
    await new Conversations(server.database.db).open(anew);
    release();
    expect(await answer).toMatchObject({ code: 40902 });
    expect(await turnsOf(sessionId)).toEqual([]);
  });

  it('gives one answer at a time in a conversation with its own history', async () => {
    const release = server.provider.llm.hold();
    const both = [1, 2].map(() => server.post('/chat/send', asking(id, '你好', { userId: 'two' })));
    await Promise.race(both);
    release();
    const codes = (await Promise.all(both)).map(
      (one) => z.object({ code: z.int() }).parse(one).code,
    );
    expect(codes.sort()).toEqual([200, 40901]);
  });

  it('waits its turn where it takes the place of a kept answer, whosever history it is', async () => {
    const again = { userId: 'again', context: { isRegenerate: true, useChatHistory: false } };
    const { sessionId } = (await ask('讲个故事', { userId: 'again' })).context;
    const leave = await beginAnswer(asking(id, '讲个故事', again));
    expect(await refused(asking(id, '讲个故事', again))).toMatchObject({ code: 40901 });
    await leave();
    expect(await turnsOf(sessionId)).toMatchObject([{ assistantText: '我今年17岁了。' }]);
  });

  const wrong: [string, unknown, RegExp][] = [
    ['no input', {}, /^input: Field required/],
    [
      'no messages',
      { input: { messages: [], aca: { botProfile: { name: 'A', content: 'B' } } } },
      /messages.*user/,
    ],
    [
      'a number for words',
      { input: { messages: [{ role: 'user', content: 7 }], aca: {} } },
      /content: .*string/,
    ],
    [
      'an unknown role',
      { input: { messages: [{ role: 'wizard', content: 'a' }], aca: {} } },
      /role/,
    ],
    [
      'very long words',
      { input: { messages: [{ role: 'user', content: '长'.repeat(20_001) }], aca: {} } },
      /at most 20000/,
    ],
    [
      'a plugin by its name',
      {
        input: {
          messages: [{ role: 'user', content: 'a' }],
          aca: { botProfile: { name: 'A', content: 'B' }, pluginList: [{ name: 'search' }] },
        },
      },
      /pluginList: .*must be empty.*functionList/,
    ],
    [
      'several answers wished for',
      {
        input: {
          messages: [{ role: 'user', content: 'a' }],
          aca: { botProfile: { name: 'A', content: 'B' }, context: { resultCount: 2 } },
        },
      },
      /resultCount/,
    ],
    [
      'half a character',
      '{"input": {"messages": [{"role": "user", "content": "\\ud83d"}]}}',
      /unicode/,
    ],
  ];
  it.each(wrong)('says what is wrong with %s', async (_what, body, message) => {
    const answer = await refused(body);
    expect(answer).toMatchObject({ code: 42201, success: false });
    expect(answer.errorMessage).toMatch(message);
  });
});
