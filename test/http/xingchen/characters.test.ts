import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { OpenCharacters } from '../../../src/characters/open-characters.ts';
import { gallery } from '../../../src/characters/plant-seeds.ts';
import { seeds } from '../../../src/characters/seeds.ts';
import { DetailsAnswer, SearchAnswer } from '../../../src/protocol/xingchen/character.ts';
import { Refusal } from '../../../src/protocol/xingchen/envelope.ts';
import { uuidOf } from '../../../src/protocol/xingchen/ids.ts';
import { guanYu } from './examples.ts';
import { XingchenServer } from './server.ts';

const documentId = '11111111-1111-4111-8111-111111111111';
const deletedId = '22222222-2222-4222-8222-222222222222';

describe('characters of the Xingchen API', () => {
  let server: XingchenServer;
  const details = async (id: string, key?: string) =>
    DetailsAnswer.parse(await server.get(`/character/details?characterId=${id}`, key)).data;
  const refusal = async (path: string, body: unknown, key?: string) =>
    Refusal.parse(await server.post(path, body, key));
  const search = async (query: unknown, key?: string) =>
    SearchAnswer.parse(await server.post('/character/search', query, key)).data;

  beforeAll(async () => {
    server = await XingchenServer.start([documentId]);
  });
  afterAll(() => server.close());

  it('returns the documented character exactly as it was sent', async () => {
    const id = await server.create(guanYu);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    const shown = await details(id);
    expect(shown).toMatchObject(guanYu);
    expect(shown).toMatchObject({ characterId: id, isPreConfigured: false, manageable: true });
  });

  it('keeps what it does not know, wherever it stands, and what an update leaves out', async () => {
    const id = await server.create({
      backgroundImgUrl: 'https://example.com/a.png',
      permConfig: { isPublic: 0, allowApi: 0, allowChat: 0, seenBy: ['me'] },
      advancedConfig: {
        chatDescription: '闲聊',
        platformPlugins: [{ name: 'new', ext: { a: [1] } }],
      },
    });
    const update = { characterId: id, name: '小婉儿', roleTypes: ['邻居'], avatar: null };
    expect(await server.post('/character/update', update)).toMatchObject({ data: true });
    expect(await details(id)).toMatchObject({
      name: '小婉儿',
      basicInformation: '小婉今年17岁。',
      roleTypes: ['邻居'],
      backgroundImgUrl: 'https://example.com/a.png',
      permConfig: { seenBy: ['me'] },
      advancedConfig: {
        chatDescription: '闲聊',
        platformPlugins: [{ name: 'new', ext: { a: [1] } }],
      },
    });
  });

  it('is the same character to the other APIs, and the other way round', async () => {
    const id = await server.create(guanYu);
    const workspace = server.workspaces.own;
    const stored = await server.characters.read(workspace, id);
    expect(stored?.character).toMatchObject({
      greeting: guanYu.openingLine,
      backstory: guanYu.basicInformation,
      speakingStyle: guanYu.traits,
      sampleDialogue: guanYu.chatExample,
      objective: guanYu.chatObjective,
      language: 'zh-CN',
      historyTurns: 20,
      memoryEnabled: true,
    });
    await server.characters.update(workspace, id, {
      greeting: '吾乃关羽。',
      picture: 'https://example.com/guan.png',
      convai: { voice_pitch: 3 },
    });
    expect(await details(id)).toMatchObject({
      openingLine: '吾乃关羽。',
      avatar: { fileUrl: 'https://example.com/guan.png' },
      advancedConfig: guanYu.advancedConfig,
    });
    await server.post('/character/update', { characterId: id, introduction: '义' });
    expect((await server.characters.read(workspace, id))?.convai).toEqual({ voice_pitch: 3 });
    const elsewhere = await server.characters.create(workspace, { name: 'Ned', backstory: 'A.' });
    expect(await details(elsewhere.character.id)).toMatchObject({
      name: 'Ned',
      basicInformation: 'A.',
      type: 'virtual',
      roleTypes: [],
      permConfig: { isPublic: 0, allowApi: 0, allowChat: 0 },
    });
  });

  it('finds what came with the workspace, what was made, and what others show', async () => {
    const before = (await search({ where: { scope: 'my' } })).total;
    await server.create({ name: '百分%之一', roleTypes: ['数学', '三国'] });
    await server.create({ name: '公开的人', permConfig: { isPublic: 1 } }, server.keys.other);
    expect((await search({ where: { scope: 'my' } })).total).toBe(before + 1);
    const given = await search({ where: { scope: 'pre_configured' }, pageSize: 50 });
    expect(given.total).toBe(seeds.length + gallery.length);
    expect(given.list.every(({ isPreConfigured }) => isPreConfigured)).toBe(true);
    const named = await search({ where: { characterName: '分%' } });
    expect(named.list.map(({ name }) => name)).toEqual(['百分%之一']);
    const typed = await search({ where: { roleTypes: ['数学', '没有'] } });
    expect(typed.list.map(({ name }) => name)).toEqual(['百分%之一']);
    const shown = await search({ where: { scope: 'public' } });
    expect(shown.list).toMatchObject([{ name: '公开的人', manageable: false }]);
  });

  it('pages through a list in the order that is asked for, from page 1 or 0', async () => {
    const names = ['甲', '乙', '丙'];
    for (const name of names) await server.create({ name, roleTypes: ['pages'] });
    const page = async (pageNum: number, orderBy?: string[]) =>
      (await search({ where: { roleTypes: ['pages'] }, pageNum, pageSize: 2, orderBy })).list.map(
        ({ name }) => name,
      );
    expect(await page(1)).toEqual(['丙', '乙']);
    expect(await page(0)).toEqual(['丙', '乙']);
    expect(await page(2)).toEqual(['甲']);
    expect(await page(1, ['gmtCreate asc'])).toEqual(['甲', '乙']);
    expect(await page(9)).toEqual([]);
  });

  it('shows a character to other workspaces as far as its owner says, and lets nobody else change it', async () => {
    const { other } = server.keys;
    const closed = await server.create({ permConfig: { isPublic: 0, allowApi: 1, allowChat: 1 } });
    const open = await server.create({
      permConfig: { isPublic: 1, allowApi: 0, allowChat: 0 },
      advancedConfig: { knowledgeBases: [documentId] },
    });
    const path = '/character/details?characterId=';
    expect(await server.get(path + closed, other)).toMatchObject({ code: 40402, success: false });
    const shown = await details(open, other);
    expect(shown).toMatchObject({ characterId: open, manageable: false });
    expect(shown.advancedConfig).not.toHaveProperty('knowledgeBases');
    expect((await details(open)).advancedConfig).toMatchObject({ knowledgeBases: [documentId] });
    for (const change of ['update', 'delete']) {
      const answer = await refusal(
        `/character/${change}`,
        { characterId: open, name: '我的' },
        other,
      );
      expect(answer).toMatchObject({ code: 40402 });
    }
    const { number } = (await server.characters.get(server.workspaces.own, open)) ?? { number: 0 };
    expect(await server.get(path + String(number), other)).toMatchObject({ code: 40402 });
  });

  it('lets other workspaces speak to a character where allowChat says so', async () => {
    const open = new OpenCharacters(server.database.db);
    const { own, other } = server.workspaces;
    const closed = await server.create({ permConfig: { isPublic: 1, allowApi: 1, allowChat: 0 } });
    const spoken = await server.create({ permConfig: { isPublic: 0, allowApi: 0, allowChat: 1 } });
    expect(await open.get(other, closed, 'allowChat')).toBeUndefined();
    expect(await open.get(other, spoken, 'allowChat')).toMatchObject({ name: '小婉' });
    expect(await open.get(own, closed, 'allowChat')).toMatchObject({ name: '小婉' });
  });

  it('connects the documents that it names, and refuses those of others', async () => {
    const wire = documentId.replaceAll('-', '');
    const id = await server.create({ advancedConfig: { knowledgeBases: [wire] } });
    const characterId = uuidOf(id);
    expect(server.links.at(-1)).toEqual({
      characterId,
      wishes: [{ id: documentId, isActive: true }],
    });
    const without = { characterId: id, advancedConfig: { knowledgeBases: [] } };
    await server.post('/character/update', without);
    expect(server.links.at(-1)).toEqual({
      characterId,
      wishes: [{ id: documentId, isActive: false }],
    });
    const strange = { characterId: id, advancedConfig: { knowledgeBases: ['d89f6d'] } };
    expect(await refusal('/character/update', strange)).toMatchObject({ code: 40405 });
  });

  it('disconnects documents, and remembers as usual, where the new settings name nothing', async () => {
    const id = await server.create({
      advancedConfig: { knowledgeBases: [documentId], longTermMemories: [] },
    });
    const memoryEnabled = async () =>
      (await server.characters.get(server.workspaces.own, id))?.memoryEnabled;
    expect(await memoryEnabled()).toBe(false);
    await server.post('/character/update', { characterId: id, name: '婉' });
    expect(await memoryEnabled()).toBe(false);
    expect(server.links.at(-1)?.wishes).toEqual([{ id: documentId, isActive: true }]);
    await server.post('/character/update', { characterId: id, advancedConfig: { ext: 1 } });
    expect(await memoryEnabled()).toBe(true);
    expect(server.links.at(-1)).toEqual({
      characterId: uuidOf(id),
      wishes: [{ id: documentId, isActive: false }],
    });
  });

  it('takes back what it has shown, though a document was deleted since', async () => {
    server.documentIds.push(deletedId);
    const id = await server.create({
      advancedConfig: { knowledgeBases: [deletedId, documentId] },
    });
    server.documentIds.pop();
    const shown = await details(id);
    expect(await server.post('/character/update', shown)).toMatchObject({ data: true });
    expect(server.links.at(-1)?.wishes).toEqual([{ id: documentId, isActive: true }]);
    const another = { characterId: id, advancedConfig: { knowledgeBases: ['d89f6d', deletedId] } };
    expect(await refusal('/character/update', another)).toMatchObject({ code: 40405 });
  });

  it('changes nothing where a document cannot be connected', async () => {
    const before = (await search({ where: { characterName: '没有' } })).total;
    server.refuseLinks = true;
    const config = { advancedConfig: { knowledgeBases: [documentId] } };
    const created = await refusal('/character/create', {
      ...{ ...config, name: '没有', basicInformation: '…' },
    });
    expect(created.code).toBe(50001);
    server.refuseLinks = false;
    expect((await search({ where: { characterName: '没有' } })).total).toBe(before);
    const id = await server.create();
    server.refuseLinks = true;
    await refusal('/character/update', { ...config, characterId: id, name: '另一个' });
    server.refuseLinks = false;
    expect(await details(id)).toMatchObject({ name: '小婉', advancedConfig: {} });
  });

  it('deletes a character once', async () => {
    const id = await server.create();
    expect(await server.post('/character/delete', { characterId: id })).toMatchObject({
      data: true,
    });
    expect(await refusal('/character/delete', { characterId: id })).toMatchObject({ code: 40402 });
  });

  const wrong: [string, Record<string, unknown>, RegExp][] = [
    ['no name', { basicInformation: '…' }, /^name: Field required/],
    ['a blank name', { name: ' ', basicInformation: '…' }, /^name: /],
    ['a name of 201 letters', { name: '长'.repeat(201), basicInformation: '' }, /at most 200/],
    ['a number for a text', { name: 'A', basicInformation: 1 }, /^basicInformation: .*string/],
    ['a very long text', { name: 'A', basicInformation: '龘'.repeat(60_001) }, /at most 60000/],
    [
      'a text for rounds',
      { name: 'A', basicInformation: '', advancedConfig: { shortTermMemoryRound: 'x' } },
      /shortTermMemoryRound/,
    ],
    [
      'a permission of 2',
      { name: 'A', basicInformation: '', permConfig: { isPublic: 2 } },
      /permConfig\.isPublic.*0/,
    ],
    [
      'a text for types',
      { name: 'A', basicInformation: '', roleTypes: '三国' },
      /roleTypes: .*list/,
    ],
  ];
  it.each(wrong)('says what is wrong with %s', async (_what, body, message) => {
    const answer = await refusal('/character/create', body);
    expect(answer).toMatchObject({ code: 42201, errorName: 'invalid_request', success: false });
    expect(answer.errorMessage).toMatch(message);
  });

  it('stores long Chinese and emoji to the letter', async () => {
    const basicInformation = '👨‍👩‍👧龘'.repeat(5_000);
    const id = await server.create({ name: '👩‍🚀'.repeat(20), basicInformation });
    expect(await details(id)).toMatchObject({ name: '👩‍🚀'.repeat(20), basicInformation });
  });

  it('answers in its envelope where there is no key, no path, no JSON, and no order', async () => {
    const { status, text, headers } = await server.send('POST', '/v2/api/character/search', {
      body: {},
      key: 'wrong',
    });
    const Any = z.unknown();
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect(Any.parse(JSON.parse(text))).toMatchObject({
      code: 40102,
      errorName: 'invalid_api_key',
    });
    expect(await server.get('/nowhere')).toMatchObject({ code: 40401, success: false });
    expect(await refusal('/character/search', '{"where": ')).toMatchObject({ code: 42201 });
    const order = await refusal('/character/search', { orderBy: ['name desc'] });
    expect(order.errorMessage).toMatch(/orderBy.*gmtModified/);
  });
});
