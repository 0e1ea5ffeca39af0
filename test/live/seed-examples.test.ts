import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { EventStream } from '../../src/providers/event-stream.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { KnowledgeBank } from './support/knowledge-bank.ts';
import { Parley } from './support/server.ts';

/*
 * The curl examples of two pages of Convai's documentation, letter for letter as their Markdown has them, sent by curl:
 * docs.convai.com/api-docs/zh/api-can-kao/core-api-reference/character-crafting-apis/ backstory-api.md and
 * knowledge-bank-api.md. Only the host, the key and the ids are replaced, and the doubled backslashes of the Markdown are
 * single ones again. Where a request has its example in Python alone, curl sends what `requests` would.
 */
const examples = {
  backstory: String.raw`curl -X POST 'https://api.convai.com/character/generate-backstory' \\
-H 'CONVAI-API-KEY: <Your-API-Key>' \\
-H 'Accept: text/event-stream' \\
-d 'inputText=纽约市的一名律师。进取。固执。' \\
-d 'charName=Mindy'`,
  upload: String.raw`curl -X POST \\
  https://api.convai.com/character/knowledge-bank/upload \\
  -H 'CONVAI-API-KEY: <Your-API-Key>' \\
  -F 'file_name=photosynthesis.txt' \\
  -F 'file=@photosynthesis.txt'`,
  uploadInPython: String.raw`curl -X POST https://api.convai.com/character/knowledge-bank/upload \\
  -H 'CONVAI-API-KEY: <Your-API-Key>' \\
  -F 'file_name=photosynthesis.txt;filename=file_name' \\
  -F 'file=@photosynthesis.txt'`,
  updateInPython: String.raw`curl -X POST https://api.convai.com/character/knowledge-bank/update \\
  -H 'CONVAI-API-KEY: <Your-API-Key>' \\
  -F 'document_id=<File-UUID>' \\
  -F 'file=@photosynthesis.txt;filename=photosynthesis-filename.txt;type=text/plain'`,
  list: String.raw`curl -X POST 'https://api.convai.com/character/knowledge-bank/list' \\
  -H 'CONVAI-API-KEY: <Your-API-Key>' \\
  -F 'character_id=<Your-CharacterId>'`,
  connect: String.raw`curl -X POST 'https://api.convai.com/character/update' \\
-H 'CONVAI-API-KEY: <Your-API-Key>' \\
-H 'Content-Type: application/json' \\
-d '{
  "charID": "<Your-Character-Id>",
  "docs": [
    {
      "id": "<File-UUID>",
      "status": "active"
    }
  ]
}'`,
  delete: String.raw`curl -X POST "https://api.convai.com/character/knowledge-bank/delete" \\
-H "CONVAI-API-KEY: <Your-API-Key>" \\
-d "document_id=<File-UUID>"`,
} as const;
type Example = keyof typeof examples;
const refusals: [Example, unknown][] = [
  ['backstory', { ERROR: 'Invalid API key provided.' }],
  ['upload', { API_ERROR: 'Invalid API key provided.' }],
  ['uploadInPython', { API_ERROR: 'Invalid API key provided.' }],
  ['updateInPython', { API_ERROR: 'Invalid API key provided.' }],
  ['list', { API_ERROR: 'Invalid API key provided.' }],
  ['connect', { API_ERROR: 'Invalid API key provided.' }],
  ['delete', { API_ERROR: 'Invalid API key provided.' }],
];

const content = 'Photosynthesis turns light into sugar.';
const Uploaded = z.strictObject({
  id: z.uuid(),
  file_name: z.string(),
  is_available: z.literal(false),
  status: z.literal('inactive'),
  timestamp: z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/),
  file_size: z.literal(String(content.length)),
});
const Listed = Uploaded.extend({
  is_available: z.boolean(),
  status: z.enum(['active', 'inactive']),
  progress: z.number().optional(),
});
const List = z.strictObject({ docs: z.array(z.string()) });

describe('the examples of the documentation, sent by curl', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  let folder: string;
  let documentId = '11111111-1111-4111-8111-111111111111';
  const bank = new KnowledgeBank(() => parley);

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    parley = await Parley.start({ provider });
    folder = await mkdtemp(join(tmpdir(), 'parley-curl-'));
    await writeFile(join(folder, 'photosynthesis.txt'), content);
    await bank.makeCharacter({ charName: 'Mindy', backstory: 'Mindy is a lawyer.' });
  });
  afterAll(async () => {
    await parley.close();
    await provider.close();
    await rm(folder, { recursive: true, force: true });
  });

  const send = async (example: Example, key = parley.apiKey) => {
    const command = examples[example]
      .replaceAll('\\\\\n', '\\\n')
      .replace('https://api.convai.com', parley.url)
      .replace('<Your-API-Key>', key)
      .replace(/<Your-Character-?Id>/, bank.charID)
      .replace('<File-UUID>', documentId)
      .replace('curl ', String.raw`curl -sS -w '\n%{http_code} %{content_type}' `);
    const { stdout } = await promisify(execFile)('bash', ['-c', command], { cwd: folder });
    const [, body = '', status, type = ''] = /^([^]*)\n(\d+) (.*)$/.exec(stdout) ?? [];
    return { status: Number(status), type, body };
  };
  const json = async (example: Example): Promise<unknown> => {
    const { status, body } = await send(example);
    expect(status).toBe(200);
    return JSON.parse(body);
  };

  it('a backstory comes as server-sent events, whose data together are the text', async () => {
    const pieces = ['你走下火车，', '迎接你的是', '熙熙攘攘的城市声响。'];
    provider.reply = () => pieces;
    const { status, type, body } = await send('backstory');
    expect([status, type]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(new EventStream().push(Buffer.from(body))).toEqual(pieces);
    expect(body.split('\n')[0]).toBe('data: 你走下火车，');
    expect(provider.llm.requests.at(-1)?.messages.at(-1)?.content).toBe(
      'Name: Mindy\nDescription: 纽约市的一名律师。进取。固执。',
    );
  });

  it.each(['uploadInPython', 'upload'] as const)('a file is kept: %s', async (example) => {
    for (const { id } of await bank.list()) await bank.delete(id);
    const { id, file_name } = Uploaded.parse(await json(example));
    expect(file_name).toBe('photosynthesis.txt');
    documentId = id;
  });

  it('a new version of it has the same id', async () => {
    await bank.settled(documentId);
    const { id, file_name } = Uploaded.parse(await json('updateInPython'));
    expect([id, file_name]).toEqual([documentId, 'photosynthesis-filename.txt']);
  });

  it('it is listed, as JSON in texts, until it is available', async () => {
    await bank.settled(documentId);
    const docs = List.parse(await json('list')).docs.map((doc) => Listed.parse(JSON.parse(doc)));
    expect(docs).toMatchObject([{ id: documentId, is_available: true, status: 'inactive' }]);
  });

  it('it is connected to a character, and listed as active', async () => {
    expect(await json('connect')).toEqual({ STATUS: 'SUCCESS' });
    const docs = List.parse(await json('list')).docs.map((doc) => Listed.parse(JSON.parse(doc)));
    expect(docs).toMatchObject([{ id: documentId, status: 'active' }]);
  });

  it('it is deleted', async () => {
    const { status, body } = await send('delete');
    expect([status, body]).toEqual([200, '{"Successfully deleted document"}']);
    expect(List.parse(await json('list')).docs).toEqual([]);
    const again = await send('delete');
    expect([again.status, JSON.parse(again.body)]).toEqual([
      404,
      { API_ERROR: 'There is no such document.' },
    ]);
  });

  it.each(refusals)('%s is 401 with a wrong key, in the words of its page', async (name, body) => {
    const answer = await send(name, 'wrong');
    expect([answer.status, JSON.parse(answer.body)]).toEqual([401, body]);
  });
});
