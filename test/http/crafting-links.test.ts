import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { CraftingServer, ownerKey } from './crafting-server.ts';

let server: CraftingServer;
beforeAll(async () => {
  server = await CraftingServer.start();
});
afterAll(() => server.close());

const Id = z.object({ id: z.string() });
const List = z.object({ docs: z.array(z.string()) });
const Status = z.object({ id: z.string(), status: z.string() });
const Version = z.object({ version: z.number() });

const upload = async (words: string) => {
  const body = new FormData();
  body.append('file', new Blob([words]), 'notes.txt');
  const path = `${server.app.url}/character/knowledge-bank/upload`;
  const headers = { 'CONVAI-API-KEY': ownerKey };
  return Id.parse(await (await fetch(path, { method: 'POST', headers, body })).json()).id;
};
const statusOf = async (charID: string, id: string) => {
  const list = await server.json('/character/knowledge-bank/list', { character_id: charID });
  const all = List.parse(list).docs.map((doc) => Status.parse(JSON.parse(doc)));
  return all.find((one) => one.id === id)?.status;
};
const versionOf = async (charID: string) =>
  Version.parse(await server.json('/character/get', { charID })).version;
const update = (body: Record<string, unknown>) => server.post('/character/update', body);

describe('an update that links something', () => {
  it('links all of it, or nothing', async () => {
    const charID = await server.character();
    const id = await upload('All or nothing.');
    const docs = [{ id, status: 'active' }];
    const refused = await update({
      charID,
      docs,
      charName: 'Half',
      functions: [{ id: 'nobody', status: 'active' }],
    });
    expect(refused.status).toBe(404);
    expect(await statusOf(charID, id)).toBe('inactive');
    expect(await versionOf(charID)).toBe(1);
    expect(await server.json('/character/get', { charID })).toMatchObject({
      character_name: 'Raymond',
    });
  });

  it('links nothing for who read an older version', async () => {
    const charID = await server.character();
    const id = await upload('Too late.');
    await update({ charID, greeting: 'First.' });
    const docs = [{ id, status: 'active' }];
    expect((await update({ charID, docs, version: 1 })).status).toBe(412);
    expect((await update({ charID, docs, greeting: 'Late.', version: 1 })).status).toBe(412);
    expect(await statusOf(charID, id)).toBe('inactive');
  });

  it('raises the version also by links alone', async () => {
    const charID = await server.character();
    const id = await upload('Another editor sees this.');
    const linked = await update({ charID, docs: [{ id, status: 'active' }], version: 1 });
    expect([linked.status, linked.headers.get('etag')]).toEqual([200, '"2"']);
    expect(await statusOf(charID, id)).toBe('active');
    expect((await update({ charID, greeting: 'Late.', version: 1 })).status).toBe(412);
  });

  it('changes no version where it changes nothing', async () => {
    const charID = await server.character();
    expect((await update({ charID })).headers.get('etag')).toBe('"1"');
    expect((await update({ charID, version: 7 })).status).toBe(412);
  });

  it.each([
    [[{ id: '11111111-1111-4111-8111-111111111111', status: 'active' }], 404],
    [[{ id: '11111111-1111-4111-8111-111111111111', status: 'on' }], 400],
    ['no list', 400],
  ])('refuses docs such as %j in the words of the knowledge bank', async (docs, status) => {
    const charID = await server.character();
    const refused = await update({ charID, docs });
    expect([refused.status, await refused.json()]).toEqual([
      status,
      { API_ERROR: expect.any(String) as unknown },
    ]);
  });
});
