import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  CreatedAnswer,
  DetailsAnswer,
  DoneAnswer,
  SearchAnswer,
} from '../../../src/protocol/xingchen/character.ts';
import { ChatAnswer, ChatResult } from '../../../src/protocol/xingchen/chat.ts';
import { HistoryAnswer, ImageAnswer } from '../../../src/protocol/xingchen/messages.ts';
import { examples, guanYu } from './examples.ts';
import { asking, eventsIn, XingchenServer } from './server.ts';

const shapes = {
  chat: ChatAnswer,
  created: CreatedAnswer,
  done: DoneAnswer,
  details: DetailsAnswer,
  list: SearchAnswer,
  messages: HistoryAnswer,
  picture: ImageAnswer,
};
/** What python's `json=` makes of letters that are not ASCII. */
const escaped = (json: string) =>
  json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const dashed = (id: string) => id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
/** 流式输出 / 增量输出. */
const pieces = ['我今年', '17岁了,很快就要', '步入大学了。'];
const whole = pieces.join('');

describe('the documented examples of the Xingchen API', () => {
  let server: XingchenServer;
  beforeAll(async () => {
    server = await XingchenServer.start([], { draws: true });
  }, 60_000);
  afterAll(() => server.close());
  beforeEach(() => {
    server.provider.reply = () => pieces;
  });

  const rows = examples.map((example) => ({
    ...example,
    name: `${example.headings}, ${example.by}`,
  }));
  it.each(rows)('are answered in the documented shape: $name', async (example) => {
    const { by, method, path, headers, body, answer, userId } = example;
    const characterId = await server.create(guanYu);
    const before = await server.post(
      '/chat/send',
      asking(characterId, '画一张你骑马的图', { userId }),
    );
    const { messageId } = ChatAnswer.parse(before).data.context;
    const wanted = body?.({ characterId, messageId });
    const json =
      typeof wanted === 'string' || wanted === undefined ? wanted : JSON.stringify(wanted);
    const answered = await server.send(
      method,
      path
        .replace('{characterId}', characterId)
        .replace('{messageId}', dashed(messageId))
        .replace('{userId}', userId),
      {
        // The blank stands in the first example.
        headers: { ...headers, Authorization: `Bearer ${server.keys.own} ` },
        ...(json !== undefined && { body: by === 'python' ? escaped(json) : json }),
      },
    );
    expect(answered).toMatchObject({ status: 200 });
    if (answer === 'stream') {
      expect(answered.headers['content-type']).toBe('text/event-stream;charset=UTF-8');
      const events = eventsIn(answered.text);
      const results = events.map(({ data }) => ChatResult.parse(data));
      expect(results).toEqual(events.map(({ data }) => data));
      expect(results.map(({ choices }) => choices[0]?.messages[0]?.content)).toEqual([
        ...['我今年', '我今年17岁了,很快就要', whole, whole],
      ]);
      expect(results.map(({ stop }) => stop)).toEqual([false, false, false, true]);
      return;
    }
    const envelope: unknown = JSON.parse(answered.text);
    const parsed = shapes[answer].parse(envelope);
    // Nothing else stands in it.
    expect(parsed).toEqual(envelope);
    expect(parsed).toMatchObject({ code: 200, success: true });
    if (answer !== 'chat') return;
    const { requestId, data } = ChatAnswer.parse(envelope);
    expect(data).toMatchObject({
      requestId,
      choices: [
        {
          messages: [{ role: 'assistant', content: whole, finishReason: 'stop' }],
          stopReason: 'stop',
        },
      ],
      context: { isSave: true, enableDataInspection: false, requestId, ext: 'chat' },
      stop: true,
    });
    // In the contract's example these are two ids, both written with dashes.
    const { modelRequestId } = data.context;
    expect(modelRequestId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(modelRequestId).not.toBe(requestId);
  });
});
