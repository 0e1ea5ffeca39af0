import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { builtInEmbedding } from '../../src/knowledge/built-in-embedding.ts';
import { DocumentWork } from '../../src/knowledge/document-work.ts';
import { knowledgeLimits } from '../../src/knowledge/document.ts';
import { KnowledgeReader } from '../../src/knowledge/reader.ts';
import { readPassages } from '../../src/knowledge/read-passages.ts';
import { KnowledgeSearch } from '../../src/knowledge/search.ts';
import { Vectors } from '../../src/knowledge/vectors.ts';
import { Words } from '../../src/knowledge/words.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { docxOf, pdfOf } from '../fakes/documents.ts';
import { CraftingServer, strangerKey } from './crafting-server.ts';
import { hostileBodies, hostileFiles } from './hostile-documents.ts';

const Uploaded = z.strictObject({
  id: z.uuid(),
  file_name: z.string(),
  is_available: z.boolean(),
  status: z.enum(['active', 'inactive']),
  timestamp: z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/),
  file_size: z.string().regex(/^\d+$/),
});
const Listed = Uploaded.extend({ progress: z.number().optional(), error: z.string().optional() });
const List = z.strictObject({ docs: z.array(z.string()) });
const ApiError = z.strictObject({ API_ERROR: z.string().min(1) });
const bank = '/character/knowledge-bank';
const signal = new AbortController().signal;

let server: CraftingServer;
let reader: KnowledgeReader;
let search: KnowledgeSearch;
let charID: string;

beforeAll(async () => {
  server = await CraftingServer.start();
  const { db } = server.database;
  const vectors = await Vectors.open(server.database);
  const words = await Words.open(server.database);
  const common = { db, vectors, embedding: builtInEmbedding, log: silentLog };
  search = new KnowledgeSearch({ ...common, words });
  reader = new KnowledgeReader({
    ...common,
    work: new DocumentWork(db),
    extract: readPassages,
    clock: systemClock,
  });
  const made = await server.post('/character/create', {
    charName: 'Tilda',
    voiceType: 'nova',
    backstory: 'Tilda keeps the harbour.',
  });
  charID = z.object({ charID: z.string() }).parse(await made.json()).charID;
});
afterAll(async () => {
  await reader.close();
  await server.close();
});

const send = (path: string, form: FormData, key?: string) =>
  fetch(`${server.app.url}${bank}/${path}`, {
    method: 'POST',
    headers: { 'CONVAI-API-KEY': key ?? 'key-of-owner' },
    body: form,
  });
const form = (fields: Record<string, string>, file?: { name: string; content: Uint8Array }) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  if (file) data.append('file', new Blob([new Uint8Array(file.content)]), file.name);
  return data;
};
const upload = async (name: string, content: Uint8Array) => {
  const answer = await send('upload', form({ file_name: name }, { name, content }));
  expect(answer.status).toBe(200);
  return Uploaded.parse(await answer.json());
};
const list = async () => {
  const answer = await send('list', form({ character_id: charID }));
  expect(answer.status).toBe(200);
  return List.parse(await answer.json()).docs.map((doc) => Listed.parse(JSON.parse(doc)));
};
const settled = (id: string) => {
  reader.wake();
  return vi.waitFor(
    async () => {
      const document = (await list()).find((one) => one.id === id);
      if (!document || (!document.is_available && document.error === undefined))
        throw new Error('still being read');
      return document;
    },
    { timeout: 60_000, interval: 50 },
  );
};
const link = (id: string, status: string) =>
  server.post('/character/update', { charID, docs: [{ id, status }] });
const find = async (text: string) => {
  const of = { workspaceId: server.workspaceId, characterId: charID, text };
  return (await search.find(of, { limit: 1, soon: signal })).map((found) => found.text);
};

describe('the knowledge bank', () => {
  it('takes a file as the curl example sends it, and reads it in the background', async () => {
    const content = Buffer.from('Photosynthesis turns light into sugar.');
    const made = await upload('photosynthesis.txt', content);
    expect(made).toMatchObject({
      file_name: 'photosynthesis.txt',
      is_available: false,
      status: 'inactive',
      file_size: String(content.length),
    });
    expect(await settled(made.id)).toMatchObject({ is_available: true, status: 'inactive' });
  });

  it('takes a file as the Python example sends it: the name as a file, too', async () => {
    const data = new FormData();
    data.append('file_name', new Blob(['python.txt']), 'file_name');
    data.append('file', new Blob(['Snakes shed their skin in spring.']), 'python.txt');
    const answer = await send('upload', data);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ file_name: 'python.txt' });
  });

  it('is answered from once it is connected, and no longer when it is disconnected', async () => {
    const { id } = await upload(
      'harbour.pdf',
      await pdfOf('The ferry to Ostrey costs nine crowns.'),
    );
    await settled(id);
    expect(await find('What does the ferry to Ostrey cost?')).toEqual([]);
    const linked = await link(id, 'active');
    expect(await linked.json()).toEqual({ STATUS: 'SUCCESS' });
    expect((await find('What does the ferry to Ostrey cost?'))[0]).toContain('nine crowns');
    expect((await list()).find((one) => one.id === id)?.status).toBe('active');
    await link(id, 'inactive');
    expect(await find('What does the ferry to Ostrey cost?')).toEqual([]);
  });

  it('keeps the id of a file that is updated, and reads the new one', async () => {
    const { id } = await upload('menu.docx', docxOf(['The soup of the day is leek.']));
    await settled(id);
    await link(id, 'active');
    const content = Buffer.from('# Menu\n\nThe soup of the day is turnip.');
    const answer = await send('update', form({ document_id: id }, { name: 'menu.md', content }));
    expect(Uploaded.parse(await answer.json())).toMatchObject({
      id,
      file_name: 'menu.md',
      is_available: false,
    });
    await settled(id);
    expect(await find('soup of the day')).toEqual(['Menu: The soup of the day is turnip.']);
  });

  it('reads a file that is updated with what it held before once more', async () => {
    const content = Buffer.from('Herons stand on one leg.');
    const { id } = await upload('herons.txt', content);
    await settled(id);
    const answer = await send('update', form({ document_id: id }, { name: 'herons.txt', content }));
    expect(await answer.json()).toMatchObject({ id, is_available: false });
    expect(await settled(id)).toMatchObject({ is_available: true });
  });

  it('knows the same file again', async () => {
    const content = Buffer.from('Badgers sleep by day.');
    const first = await upload('badgers.txt', content);
    await settled(first.id);
    expect(await upload('again.txt', content)).toMatchObject({ id: first.id, is_available: true });
  });

  it('deletes a file for good, from every character', async () => {
    const { id } = await upload('owls.txt', Buffer.from('Owls turn their heads.'));
    await settled(id);
    await link(id, 'active');
    const answer = await send('delete', form({ document_id: id }));
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('{"Successfully deleted document"}');
    expect((await list()).some((one) => one.id === id)).toBe(false);
    expect(await find('owls heads')).toEqual([]);
    expect((await send('delete', form({ document_id: id }))).status).toBe(404);
  });

  it('says in the list why a file could not be read', async () => {
    const broken = Buffer.from('%PDF-1.7\nnothing here\n%%EOF');
    const { id } = await upload('broken.pdf', broken);
    expect(await settled(id)).toMatchObject({ is_available: false, error: 'The PDF is broken.' });
    const { id: blank } = await upload('blank.pdf', await pdfOf());
    expect((await settled(blank)).error).toMatch(/no text/);
  });

  it("shows and changes nothing of another workspace's", async () => {
    const { id } = await upload('secret.txt', Buffer.from('The vault opens at nine.'));
    const content = Buffer.from('Hacked.');
    const tries = [
      send('update', form({ document_id: id }, { name: 'x.txt', content }), strangerKey),
      send('delete', form({ document_id: id }), strangerKey),
      send('list', form({ character_id: charID }), strangerKey),
    ];
    for (const answer of await Promise.all(tries)) expect(answer.status).toBe(404);
  });

  it.each(['upload', 'update', 'list', 'delete'])('wants a valid key for %s', async (path) => {
    const answer = await send(path, form({}), 'wrong');
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ API_ERROR: 'Invalid API key provided.' });
  });

  it.each([
    [[{ id: 'no-id', status: 'active' }]],
    [[{ id: '11111111-1111-4111-8111-111111111111', status: 'active' }]],
    [[{ id: '11111111-1111-4111-8111-111111111111', status: 'on' }]],
    ['not a list'],
    [[null]],
    [Array(1_001).fill({ id: 'x', status: 'active' })],
  ])('refuses docs such as %j', async (docs) => {
    const answer = await server.post('/character/update', { charID, docs });
    expect([400, 404]).toContain(answer.status);
  });
});

describe('hostile files and bodies', () => {
  it('are fifty at least', () => {
    expect(hostileFiles.length + hostileBodies.length).toBeGreaterThanOrEqual(50);
  });

  it.each(hostileFiles)('refuses $what', async ({ name, make, status }) => {
    const before = (await list()).length;
    const content = await make();
    const answer = await send('upload', form({ file_name: name }, { name: 'f', content }));
    expect(answer.status).toBe(status);
    ApiError.parse(await answer.json());
    expect((await list()).length).toBe(before);
  });

  it.each(hostileBodies)('refuses $what', async ({ path, headers, body, status }) => {
    const answer = await fetch(`${server.app.url}${bank}/${path}`, {
      method: 'POST',
      headers: { 'CONVAI-API-KEY': 'key-of-owner', ...headers },
      body: typeof body === 'function' ? body() : body,
    });
    expect(answer.status).toBe(status);
    ApiError.parse(await answer.json());
  });

  it('refuses a file that is too large, and goes on', async () => {
    const content = Buffer.alloc(knowledgeLimits.fileBytes + 1, 'a');
    const answer = await send('upload', form({ file_name: 'a.txt' }, { name: 'a.txt', content }));
    expect(answer.status).toBe(413);
    await upload('small.txt', Buffer.from('Small is beautiful.'));
  });
});
