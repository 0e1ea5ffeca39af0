import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { systemClock } from '../../src/lifetime/clock.ts';
import { Memories } from '../../src/memory/memories.ts';
import { EndUsers } from '../../src/speakers/end-users.ts';
import { Storage } from '../contracts/storage/storage.ts';
import { newDatabase } from '../fakes/new-database.ts';
import { startApp, type AppServer } from './app-server.ts';

const Added = z.object({ memories: z.array(z.object({ id: z.string(), event: z.string() })) });

describe('the memory API', () => {
  let storage: Storage;
  let app: AppServer;
  let characterId = '';
  let otherId = '';
  beforeAll(async () => {
    storage = new Storage(await newDatabase());
    const [mine, theirs] = [await storage.workspace(), await storage.workspace()];
    characterId = mine.characterId;
    otherId = theirs.characterId;
    const callers = new Map([
      ['mine', { workspaceId: mine.workspaceId, keyId: 'key-1' }],
      ['theirs', { workspaceId: theirs.workspaceId, keyId: 'key-2' }],
    ]);
    const { db } = storage.database;
    const { characters, speakers } = storage;
    app = await startApp(() => ({
      ...{ characters, speakers },
      memories: new Memories({ db, clock: systemClock }),
      endUsers: new EndUsers({ db, speakers }),
      keys: { verify: (key) => Promise.resolve(callers.get(key)) },
      rateLimits: { perKey: 100_000, perAddress: 100_000, failedPerAddress: 100_000 },
    }));
  });
  afterAll(async () => {
    await app.close();
    await storage.database.close();
  });

  const ask = async (path: string, body: unknown, key = 'mine') => {
    const answer = await fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: { 'CONVAI-API-KEY': key, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const json: unknown = await answer.json();
    return { status: answer.status, json };
  };
  const of = (end_user_id: string) => ({ character_id: characterId, end_user_id });
  const add = async (end_user_id: string, ...memories: string[]) =>
    Added.parse((await ask('/memory/add', { ...of(end_user_id), memories })).json).memories;
  const listed = (end_user_id: string, more = {}) =>
    ask('/memory/list', { ...of(end_user_id), ...more });

  it('adds, updates what is known already, lists page by page, and gets', async () => {
    const [first] = await add('ann', "The user's name is Jordan.", 'The user likes tea.');
    const again = await add('ann', "The user's name is Jordan Kim.");
    expect(again).toEqual(
      [{ id: first?.id, event: 'update' }].map((m) => expect.objectContaining(m) as unknown),
    );
    expect(await listed('ann', { page: 1, page_size: 1 })).toMatchObject({
      status: 200,
      json: { total_count: 2, page: 1, page_size: 1, has_more: true },
    });
    const one = { ...of('ann'), memory_id: first?.id };
    expect(await ask('/memory/get', one)).toMatchObject({
      status: 200,
      json: { memory: "The user's name is Jordan Kim.", metadata: {}, key: 'name', turn_id: null },
    });
  });

  it('changes, deletes one and all, and exports', async () => {
    const [first] = await add('ben', 'The user likes tea.', 'The user has a boat.');
    const one = { ...of('ben'), memory_id: first?.id };
    expect(await ask('/memory/update', { ...one, memory: 'The user likes milk.' })).toMatchObject({
      status: 200,
      json: { memory: 'The user likes milk.' },
    });
    expect(await ask('/memory/export', { end_user_id: 'ben' })).toMatchObject({
      json: { end_user_id: 'ben', memories: [{ character_id: characterId }, {}] },
    });
    expect((await ask('/memory/delete', one)).json).toMatchObject({ deleted: true });
    expect((await ask('/memory/delete', one)).json).toMatchObject({ deleted: false });
    expect((await ask('/memory/delete-all', of('ben'))).json).toMatchObject(of('ben'));
    expect((await listed('ben')).json).toMatchObject({ total_count: 0, memories: [] });
  });

  it('shows another workspace nothing', async () => {
    const [first] = await add('cat', 'The user likes tea.');
    expect((await ask('/memory/list', of('cat'), 'theirs')).status).toBe(404);
    const theirs = { character_id: otherId, end_user_id: 'cat' };
    const found = await ask('/memory/list', theirs, 'theirs');
    expect(found.json).toMatchObject({ total_count: 0 });
    expect((await ask('/memory/get', { ...theirs, memory_id: first?.id }, 'theirs')).status).toBe(
      404,
    );
    expect((await ask('/memory/export', { end_user_id: 'cat' }, 'theirs')).json).toMatchObject({
      memories: [],
    });
  });

  it.each([
    ['nothing at all', '/memory/list', undefined, 400],
    ['nobody', '/memory/list', { end_user_id: '' }, 400],
    ['an endless user', '/memory/list', { end_user_id: 'x'.repeat(10_000) }, 400],
    ['page 0', '/memory/list', { page: 0 }, 400],
    ['no facts', '/memory/add', { memories: [] }, 400],
    ['a blank fact', '/memory/add', { memories: [' \n '] }, 400],
    ['one text', '/memory/add', { memories: 'tea' }, 400],
    ['an endless fact', '/memory/add', { memories: ['x'.repeat(10_000)] }, 400],
    ['an id that is none', '/memory/get', { memory_id: "' or 1=1 --" }, 404],
    ['any memory', '/memory/update', { memory_id: '%', memory: 'x' }, 404],
    ['any character', '/memory/list', { character_id: '%' }, 404],
    ['an unknown user', '/user/end-users/get', { end_user_id: 'nobody' }, 404],
    ['a day in words', '/user/end-users/list', { active_after: 'yesterday' }, 400],
  ])('refuses %s', async (_what, path, change, status) => {
    const body = path.startsWith('/memory') ? of('ann') : {};
    expect((await ask(path, change && { ...body, ...change })).status).toBe(status);
  });

  it('lists the users of a workspace page by page, changes keys of their metadata, and removes them', async () => {
    const workspaceId = (await storage.workspace()).workspaceId;
    const users = new EndUsers({ db: storage.database.db, speakers: storage.speakers });
    for (const id of ['u1', 'u2', 'u3'])
      await storage.speakers.identify(workspaceId, {
        ...{ speakerId: null, endUserId: id, metadata: { name: id, level: 1 } },
      });
    const range = { limit: 2, activeAfter: null, activeBefore: null };
    const first = await users.page(workspaceId, { ...range, cursor: null });
    const second = await users.page(workspaceId, { ...range, cursor: first.next });
    // Those who came within one millisecond of the database's clock have no order.
    const listed = [...first.endUsers, ...second.endUsers].map(({ endUserId }) => endUserId);
    expect(listed.sort()).toEqual(['u1', 'u2', 'u3']);
    expect([first.total, second.next]).toEqual([3, null]);
    expect(await users.patch(workspaceId, 'u1', { level: 2 })).toMatchObject({
      metadata: { name: 'u1', level: 2 },
    });
    expect((await ask('/user/end-users/delete', { end_user_id: 'u1' })).json).toMatchObject({
      deleted: false,
    });
    expect((await ask('/user/end-users/list', {})).status).toBe(200);
  });

  it('is nobody’s without a key, and has one method', async () => {
    expect((await ask('/memory/list', of('ann'), 'wrong')).status).toBe(401);
    expect((await fetch(`${app.url}/memory/list`)).status).toBe(405);
    expect((await fetch(`${app.url}/user/end-users/list`)).status).toBe(405);
  });
});
