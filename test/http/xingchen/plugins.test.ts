import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ImageWork } from '../../../src/images/image-work.ts';
import { systemClock } from '../../../src/lifetime/clock.ts';
import { turnOfMessage } from '../../../src/protocol/xingchen/ids.ts';
import { ChatAnswer } from '../../../src/protocol/xingchen/chat.ts';
import { HistoryAnswer, ImageAnswer } from '../../../src/protocol/xingchen/messages.ts';
import { onePixel } from '../../fakes/scripted-provider.ts';
import { asking, XingchenServer } from './server.ts';
import { soon } from '../../fakes/soon.ts';

const inspect = { 'X-AcA-DataInspection': 'enable' };
const image = { enabled: true, name: 'text_to_image_plugin', positiveDesc: '二次元,彩色' };
const rejecting = (conditionType: string, ...keywords: string[]) => ({
  ...{ enabled: true, name: 'reject_answer_plugin' },
  rejectConditions: [
    { enabled: true, conditionType, keywords: keywords.map((value) => ({ value })) },
  ],
});

describe('plugins and inspection in the Xingchen API', () => {
  let server: XingchenServer;
  let plain: XingchenServer;
  beforeAll(async () => {
    server = await XingchenServer.start([], { draws: true, inspects: true });
    plain = await XingchenServer.start();
  });
  afterAll(async () => {
    await server.close();
    await plain.close();
  });
  beforeEach(() => {
    server.provider.reply = () => '好的。';
    server.provider.flags = () => [];
    server.provider.images.always({ kind: 'ok' });
  });

  const having = (platformPlugins: unknown[], on = server) =>
    on.create({ advancedConfig: { platformPlugins } });
  const send = async (body: object, headers: Record<string, string> = {}, on = server) => {
    const { status, text } = await on.send('POST', '/v2/api/chat/send', { headers, body });
    const json: unknown = JSON.parse(text);
    return { status, json };
  };
  const answered = async (...args: Parameters<typeof send>) => {
    const { data } = ChatAnswer.parse((await send(...args)).json);
    return { text: data.choices[0]?.messages[0]?.content, ...data.context };
  };
  const kept = async (characterId: string, on = server) =>
    HistoryAnswer.parse(await on.post('/chat/message/histories', { where: { characterId } })).data
      .list;

  describe('a reject rule', () => {
    it('has the character decline, without the model seeing what it declines', async () => {
      const characterId = await having([rejecting('reject_rule', '赌博')]);
      const before = server.provider.llm.requests.length;
      server.provider.reply = () => '吾不谈此事。';
      const { text, messageId } = await answered(asking(characterId, '教我赌博的秘诀'));
      expect(text).toBe('吾不谈此事。');
      const asked = server.provider.llm.requests.slice(before);
      expect(asked).toHaveLength(1);
      expect(JSON.stringify(asked[0]?.messages.at(-1))).not.toContain('赌博');
      expect(await kept(characterId)).toMatchObject([
        { messageId, content: '吾不谈此事。' },
        { content: '教我赌博的秘诀' },
      ]);
    });

    it('is told to the model where nothing in the words names it, as the other rules are', async () => {
      const plugins = [rejecting('passive_rule', '工资'), rejecting('reject_rule', '赌博')];
      const characterId = await having(plugins);
      await answered(asking(characterId, '你好'));
      const system = server.provider.llm.requests.at(-1)?.messages[0]?.content;
      expect(system).toMatch(/never bring up "工资"[^]*never talk about "赌博"/);
    });

    it('may come with one chat', async () => {
      const characterId = await server.create();
      const aca = { platformPlugins: [rejecting('reject_rule', '赌博')] };
      server.provider.reply = () => '赌博？';
      const { text } = await answered(asking(characterId, '赌博', { aca }));
      expect(text).toMatch(/不便多谈/);
    });

    it('of another workspace’s character holds, whatever a chat brings with it', async () => {
      const characterId = await server.create({
        permConfig: { isPublic: 0, allowApi: 1, allowChat: 0 },
        advancedConfig: { platformPlugins: [rejecting('reject_rule', '赌博')] },
      });
      const question = asking(characterId, '教我赌博', { aca: { platformPlugins: [] } });
      server.provider.reply = () => '赌博？';
      const declined = await server.post('/chat/send', question, server.keys.other);
      expect(JSON.stringify(ChatAnswer.parse(declined).data.choices)).toMatch(/不便多谈/);
      const own = await answered(question);
      expect(own.text).toBe('赌博？');
    });

    it('hides neither its words nor its refusal from the inspection', async () => {
      const characterId = await having([rejecting('reject_rule', '赌博')]);
      server.provider.flags = ({ input }) => (input.includes('赌博') ? ['illicit'] : []);
      const words = await send(asking(characterId, '赌博'), inspect);
      expect(words.json).toMatchObject({ errorName: 'input_blocked' });
      server.provider.reply = () => '滚开。';
      server.provider.flags = ({ input }) => (input === '滚开。' ? ['harassment'] : []);
      const refusal = await send(asking(characterId, '赌博'), inspect);
      expect(refusal.json).toMatchObject({ errorName: 'output_blocked' });
      expect(await kept(characterId)).toEqual([]);
    });

    it('declines as the character that it is, and counts what that took', async () => {
      const plugins = [rejecting('passive_rule', '工资'), rejecting('reject_rule', '赌博')];
      const characterId = await having(plugins);
      server.provider.ending = () => ({
        finishReason: 'stop',
        usage: { prompt_tokens: 120, completion_tokens: 9 },
      });
      const { json } = await send(asking(characterId, '赌博'));
      server.provider.ending = () => ({ finishReason: 'stop' });
      expect(ChatAnswer.parse(json).data.usage).toMatchObject({
        ...{ inputTokens: 120, outputTokens: 9 },
      });
      const system = server.provider.llm.requests.at(-1)?.messages[0]?.content;
      expect(system).toContain('never bring up "工资"');
    });

    it('streams its refusal like any answer', async () => {
      const characterId = await having([rejecting('reject_rule', '赌博')]);
      const { status, events } = await server.events(asking(characterId, '赌博'));
      expect(status).toBe(200);
      expect(events.at(-1)).toMatchObject({ data: { stop: true } });
    });
  });

  describe('the data inspection', () => {
    it('refuses words, and keeps nothing of them', async () => {
      const characterId = await server.create();
      server.provider.flags = ({ input }) => (input.includes('炸弹') ? ['violence'] : []);
      const { status, json } = await send(asking(characterId, '怎么做炸弹'), inspect);
      expect(status).toBe(400);
      expect(json).toMatchObject({ success: false, code: 40002, errorName: 'input_blocked' });
      expect(await kept(characterId)).toEqual([]);
    });

    it('judges all that a client with its own history says that the user said, and nothing else', async () => {
      const characterId = await server.create();
      server.provider.flags = ({ input }) => (input.includes('炸弹') ? ['violence'] : []);
      const { input } = asking(characterId, '继续', { userId: randomUUID() });
      const earlier = [
        { role: 'user', content: '怎么做炸弹' },
        { role: 'assistant', content: '我想想。' },
      ];
      const messages = [...earlier, ...input.messages];
      const own = { ...input.aca, context: { useChatHistory: false } };
      const refused = await send({ input: { messages, aca: own } }, inspect);
      expect(refused.json).toMatchObject({ errorName: 'input_blocked' });
      // With the server's history only the last of them counts: the model never sees the others.
      const { text } = await answered({ input: { ...input, messages } }, inspect);
      expect(text).toBe('好的。');
    });

    it('refuses an answer, and keeps nothing of it', async () => {
      const characterId = await server.create();
      server.provider.reply = () => ['你好。', '炸弹很危险。'];
      server.provider.flags = ({ input }) => (input.includes('炸弹') ? ['violence'] : []);
      const { status, json } = await send(asking(characterId, '你好'), inspect);
      expect(status).toBe(400);
      expect(json).toMatchObject({ code: 40003, errorName: 'output_blocked' });
      const { events } = await server.events(asking(characterId, '你好'), inspect);
      expect(events.map(({ event }) => event)).toEqual(['message', 'error']);
      expect(JSON.stringify(events)).not.toContain('炸弹');
      expect(events.at(-1)?.data).toMatchObject({ errorCode: 40003 });
      expect(await kept(characterId)).toEqual([]);
    });

    it('lets the rest through, and says that it was there', async () => {
      const characterId = await server.create();
      server.provider.reply = () => ['你好', '。我是小', '婉，今年17岁'];
      const { text, enableDataInspection } = await answered(asking(characterId, '你好'), inspect);
      expect(text).toBe('你好。我是小婉，今年17岁');
      expect(enableDataInspection).toBe(true);
      expect(server.provider.moderation.requests.map(({ input }) => input).slice(-3)).toEqual([
        ...['你好', '你好。', '你好。我是小婉，今年17岁'],
      ]);
    });

    it('says nothing while nobody can judge', async () => {
      const characterId = await server.create();
      server.provider.moderation.next({ kind: 'refuse', status: 500 });
      const { status, json } = await send(asking(characterId, '你好'), inspect);
      expect(status).toBe(503);
      expect(json).toMatchObject({ errorName: 'inspection_failed' });
    });

    it('is not there without an endpoint, and says so', async () => {
      const characterId = await plain.create();
      const { enableDataInspection } = await answered(asking(characterId, '你好'), inspect, plain);
      expect(enableDataInspection).toBe(false);
    });
  });

  describe('the image plugin', () => {
    const poll = async (messageId: string, userId: string, on = server, key = on.keys.own) => {
      const path = `/chat/polling/image?messageId=${messageId}&userId=${userId}`;
      return on.get(path, key);
    };
    const done = (messageId: string, userId: string) =>
      vi.waitFor(async () => {
        const { data } = ImageAnswer.parse(await poll(messageId, userId));
        expect(['SUCCEEDED', 'FAILED']).toContain(data.status);
        return data;
      }, soon);
    const wish = async (characterId: string, words = '画一张你骑马的图', on = server) => {
      const userId = randomUUID();
      const { messageId } = await answered(asking(characterId, words, { userId }), {}, on);
      return { userId, messageId };
    };

    it('draws what was asked for: 其他 / 万象图片获取', async () => {
      const { messageId, userId } = await wish(await having([image]));
      const dashed = messageId.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
      const { status, text } = await server.send(
        'GET',
        `/v2/api/chat/polling/image?messageId=${dashed}&userId=${userId}`,
        { headers: { Expect: '', accept: '*/*', 'x-fag-servicename': 'aca-polling-image' } },
      );
      expect(status).toBe(200);
      const json: unknown = JSON.parse(text);
      expect(ImageAnswer.parse(json)).toEqual(json);
      const { status: state, fileUrl } = await done(messageId, userId);
      expect(state).toBe('SUCCEEDED');
      const shown = await fetch(fileUrl[0] ?? '');
      expect(shown.headers.get('content-type')).toBe('image/png');
      expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
      expect(Buffer.from(await shown.arrayBuffer()).equals(onePixel)).toBe(true);
      expect(server.provider.images.requests.at(-1)?.prompt).toMatch(/骑马[^]*二次元,彩色/);
    });

    it('says why nothing was drawn', async () => {
      server.provider.images.always({ kind: 'refuse', status: 400 });
      const { messageId, userId } = await wish(await having([image]));
      expect(await done(messageId, userId)).toMatchObject({
        ...{
          status: 'FAILED',
          fileUrl: [],
          errorMessage: expect.stringMatching(/refused/) as unknown,
        },
      });
    });

    it('draws nothing that was not asked for, nor for a character without it', async () => {
      for (const characterId of [
        await server.create(),
        await having([{ ...image, enabled: false }]),
      ]) {
        const { messageId, userId } = await wish(characterId);
        expect(await poll(messageId, userId)).toMatchObject({ errorName: 'image_not_found' });
      }
      const { messageId, userId } = await wish(await having([image]), '你好');
      expect(await poll(messageId, userId)).toMatchObject({ errorName: 'image_not_found' });
    });

    it('shows a picture to nobody else', async () => {
      const { messageId, userId } = await wish(await having([image]));
      const unknown = { errorName: 'message_not_found' };
      expect(await poll(messageId, randomUUID())).toMatchObject(unknown);
      expect(await poll(randomUUID(), userId)).toMatchObject(unknown);
      expect(await poll(messageId, userId, server, server.keys.other)).toMatchObject(unknown);
      expect(await poll('', userId)).toMatchObject({ code: 42201 });
      expect((await server.send('GET', '/v2/api/chat/image/unknown')).status).toBe(404);
    });

    it('says why nothing goes with an answer that is not kept', async () => {
      const question = asking(await having([image]), '画一张你骑马的图');
      const { botProfile } = question.input.aca;
      const nobody = { input: { ...question.input, aca: { botProfile } } };
      const here = { name: '阿福', content: '阿福是一只猫。' };
      const described = {
        input: {
          ...question.input,
          aca: { ...question.input.aca, botProfile: here, platformPlugins: [image] },
        },
      };
      for (const body of [nobody, described]) {
        const { messageId, isSave } = await answered(body);
        expect(isSave).toBe(false);
        expect(await poll(messageId, '123456789')).toMatchObject({
          ...{ success: false, code: 40403 },
          errorMessage: expect.stringMatching(/answers that are kept/) as unknown,
        });
      }
    });

    it('is a clear refusal where it waits for an endpoint that was taken away', async () => {
      const characterId = await having([image], plain);
      const { messageId, userId } = await wish(characterId, undefined, plain);
      const work = new ImageWork({ db: plain.database.db, clock: systemClock });
      const { turnId } = turnOfMessage(messageId) ?? { turnId: '' };
      await work.add({ workspaceId: plain.workspaces.own, turnId, prompt: 'a horse' });
      const unconfigured = { errorName: 'images_not_configured' };
      expect(await poll(messageId, userId, plain)).toMatchObject(unconfigured);
      const claimed = await work.claim();
      expect(await poll(messageId, userId, plain)).toMatchObject(unconfigured);
      if (claimed) await work.fail(claimed, 'It was refused.');
      expect(await poll(messageId, userId, plain)).toMatchObject({
        data: { status: 'FAILED', errorMessage: 'It was refused.' },
      });
    });

    it('is a clear refusal where nothing can draw', async () => {
      const { messageId, userId } = await wish(await having([image], plain), undefined, plain);
      const polled = await poll(messageId, userId, plain);
      expect(polled).toMatchObject({
        ...{ success: false, httpStatusCode: 503, errorName: 'images_not_configured' },
        errorMessage: expect.stringContaining('IMAGES_BASE_URL') as unknown,
      });
    });
  });
});
