import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { systemClock } from '../../src/lifetime/clock.ts';
import { startOffline, type Offline } from '../../src/offline/offline.ts';
import { ChatAnswer, ChatResult } from '../../src/protocol/xingchen/chat.ts';
import { CreatedAnswer } from '../../src/protocol/xingchen/character.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { Calls, exchange } from './support/calls.ts';
import { makeKey } from './support/keys.ts';
import { cacheDir, root } from './support/places.ts';
import { Parley } from './support/server.ts';

describe('a Xingchen client on the embedded provider', () => {
  let offline: Offline;
  let parley: Parley;
  let characterId = '';
  const calls = new Calls(() => parley);

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${parley.url}/v2/api${path}`, {
      method: 'POST',
      headers: {
        ...{ Authorization: `Bearer ${parley.apiKey}`, 'Content-Type': 'application/json' },
        ...headers,
      },
      body: JSON.stringify(body),
    });
  const question = (words: string, more: object = {}) => ({
    input: {
      messages: [{ name: '小明', role: 'user', content: words }],
      aca: {
        botProfile: { characterId },
        userProfile: { userId: '123456789', userName: '小明' },
        ...more,
      },
    },
  });

  beforeAll(async () => {
    offline = await startOffline({ root, cacheDir, clock: systemClock, log: silentLog });
    const stages = ['LLM', 'STT', 'TTS'].flatMap((stage) => [
      [`${stage}_BASE_URL`, offline.baseUrl],
      [`${stage}_MODEL`, 'parley-offline'],
    ]);
    parley = await Parley.start({
      env: z.record(z.string(), z.string()).parse(Object.fromEntries(stages)),
    });
    const made = await post('/character/create', {
      name: '小婉',
      basicInformation: '小婉今年17岁。小婉住在杭州的西湖边。',
    });
    ({ characterId } = CreatedAnswer.parse(await made.json()).data);
  });
  afterEach(() => calls.leaveAll());
  afterAll(async () => {
    await parley.close();
    await offline.close();
    // Last: handles of rooms that were left are still being collected, and none may outlive the runtime.
    await dispose();
  });

  it('streams in increments what it answers at once', async () => {
    const alone = { context: { useChatHistory: false } };
    const whole = await post('/chat/send', question('你今年多大?', alone));
    const { choices } = ChatAnswer.parse(await whole.json()).data;
    const streamed = await post(
      '/chat/send',
      { ...question('你今年多大?', alone), parameters: { incrementalOutput: true } },
      { 'X-AcA-SSE': 'enable' },
    );
    const pieces = (await streamed.text())
      .split('\n')
      .filter((line) => line.startsWith('data:'))
      .map((line) => ChatResult.parse(JSON.parse(line.slice('data:'.length))))
      .map((result) => result.choices[0]?.messages[0]?.content ?? '');
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.join('')).toBe(choices[0]?.messages[0]?.content);
    expect(pieces.join('')).toContain('17岁');
  });

  it('speaks to other workspaces where allowChat says so', async () => {
    const apiKey = await makeKey(parley, 'elsewhere');
    const connect = () =>
      fetch(`${parley.url}/connect`, {
        method: 'POST',
        headers: { 'X-API-Key': apiKey, 'Content-Type': 'application/json' },
        body: JSON.stringify({ character_id: characterId, connection_type: 'audio' }),
      });
    expect((await connect()).status).toBe(404);
    const permConfig = { isPublic: 0, allowApi: 0, allowChat: 1 };
    await post('/character/update', { characterId, permConfig });
    const caller = await calls.open({
      apiKey,
      body: { character_id: characterId },
      greeting: false,
    });
    await exchange(caller, '你今年多大?');
  });

  it('goes on by voice where it was in writing, under the same character_session_id', async () => {
    const written = await post('/chat/send', question('你住在哪里?'));
    const { sessionId } = ChatAnswer.parse(await written.json()).data.context;
    const caller = await calls.open({
      body: { character_id: characterId, character_session_id: sessionId },
      greeting: false,
    });
    await exchange(caller, '你今年多大?');
    const again = ChatAnswer.parse(await (await post('/chat/send', question('你好'))).json()).data
      .context;
    expect(again.sessionId).toBe(sessionId);
    const histories: unknown = await (
      await post('/chat/message/histories', {
        where: { characterId, bizUserId: '123456789' },
        pageSize: 20,
        orderBy: ['gmtCreate asc'],
      })
    ).json();
    expect(JSON.stringify(histories)).toContain('你住在哪里?');
    expect(JSON.stringify(histories)).toContain('你今年多大?');
  });
});
