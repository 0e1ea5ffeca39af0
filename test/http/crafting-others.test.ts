import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownModels } from '../../src/db/schema.ts';
import { decodeWav } from '../../src/audio/wav.ts';
import { SessionList } from '../../src/http/routes/convai/chat-history.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { Memories } from '../../src/memory/memories.ts';
import { CraftingServer, strangerKey } from './crafting-server.ts';

/* custom-llm-api.md, chat-history-api.md, chat-history-delete-api.md, voice-, language-list- and text-to-speech-api.md */
let server: CraftingServer;
beforeAll(async () => {
  server = await CraftingServer.start();
});
afterAll(() => server.close());

const stranger = { 'CONVAI-API-KEY': strangerKey };
const anyText = expect.any(String) as unknown;

describe('custom models', () => {
  const turbo = {
    model_group_name: 'my-turbo',
    model_name: 'gpt-4o-mini',
    api_key: 'sk-proxy-123',
    is_uncensored: false,
    display_name: 'Turbo (Private)',
    base_url: 'http://127.0.0.1:4000/v1',
  };

  it('are registered, listed, updated and forgotten as documented, and never show their key', async () => {
    expect(await server.json('/llm-models/register', turbo)).toEqual({
      status: 'success',
      model_group_name: 'my-turbo',
      model_name: 'gpt-4o-mini',
      display_name: 'Turbo (Private)',
      message: "Model 'my-turbo' registered successfully",
      transactionID: anyText,
    });
    const change = {
      model_group_name: 'my-turbo',
      display_name: 'Turbo v2',
      api_key: 'sk-proxy-456',
    };
    expect(await server.json('/llm-models/update', change)).toEqual({
      status: 'success',
      message: "Model 'my-turbo' updated successfully",
      updated_fields: ['display_name', 'api_key'],
      transactionID: anyText,
    });
    const listed = await server.json('/llm-models/list');
    expect(listed).toEqual({
      status: 'success',
      models: [
        {
          model_group_name: 'my-turbo',
          model_name: 'gpt-4o-mini',
          display_name: 'Turbo v2',
          base_url: turbo.base_url,
          is_uncensored: false,
          category: 'Private',
          created_at: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        },
      ],
      count: 1,
      transactionID: anyText,
    });
    const stored = JSON.stringify(await server.database.db.select().from(ownModels));
    for (const text of [stored, JSON.stringify(listed)]) expect(text).not.toContain('sk-proxy');
    expect(await server.crafting.models.settings(server.workspaceId, 'my-turbo')).toEqual({
      baseUrl: turbo.base_url,
      model: 'gpt-4o-mini',
      apiKey: 'sk-proxy-456',
      privateHosts: ['127.0.0.1'],
    });
    expect(await server.json('/character/getSupportedModel')).toMatchObject({
      models: [{ model_group_name: 'gpt-4o-mini' }, { model_group_name: 'my-turbo' }],
    });
    const gone = { model_group_name: 'my-turbo' };
    expect(await server.json('/llm-models/deregister', gone)).toMatchObject({
      message: "Model 'my-turbo' deregistered successfully",
    });
    expect((await server.post('/llm-models/deregister', gone)).status).toBe(404);
  });

  it('clash by group and by display name within a workspace only', async () => {
    const first = { ...turbo, model_group_name: 'a', display_name: 'A' };
    await server.json('/llm-models/register', first);
    const same = await server.post('/llm-models/register', { ...first, display_name: 'Other' });
    expect([same.status, await same.json()]).toEqual([
      409,
      { status: 'error', message: 'Model group name already exists', transactionID: anyText },
    ]);
    const display = await server.post('/llm-models/register', { ...first, model_group_name: 'b' });
    expect([display.status, await display.json()]).toMatchObject([
      409,
      { message: 'Display name already exists' },
    ]);
    await server.json('/llm-models/register', {
      ...first,
      model_group_name: 'b',
      display_name: 'B',
    });
    const taken = { model_group_name: 'b', display_name: 'A' };
    expect((await server.post('/llm-models/update', taken)).status).toBe(409);
    await server.json('/llm-models/register', first, stranger);
    expect(await server.json('/llm-models/list', undefined, stranger)).toMatchObject({ count: 1 });
    expect(
      (await server.post('/llm-models/update', { ...taken, display_name: 'X' }, stranger)).status,
    ).toBe(404);
  });

  it.each([
    'http://10.0.0.1/v1',
    'http://192.168.1.1/v1',
    'http://169.254.169.254/latest',
    'http://[::1]:8080/v1',
    'http://[::ffff:10.0.0.1]/v1',
    'http://0.0.0.0/v1',
    'http://2130706434/v1',
    'http://127.0.0.2:1/v1',
    'file:///etc/passwd',
    'http://user:pass@example.com/v1',
    'not a url',
  ])('are refused at %s', async (base_url) => {
    const answer = await server.post('/llm-models/register', {
      ...turbo,
      model_group_name: 'evil',
      display_name: 'Evil',
      base_url,
    });
    expect([answer.status, await answer.json()]).toMatchObject([400, { status: 'error' }]);
  });

  it.each([
    ['register', {}],
    ['register', { ...turbo, api_key: 'with\nline end' }],
    ['register', { ...turbo, model_name: undefined }],
    ['update', { model_group_name: 'x' }],
    ['update', { display_name: 'x' }],
    ['deregister', {}],
  ])('say 400 when %s lacks or has something wrong', async (what, body) => {
    const answer = await server.post(`/llm-models/${what}`, body);
    expect([answer.status, await answer.json()]).toMatchObject([400, { status: 'error' }]);
  });

  it('refuse an unknown key in their own words', async () => {
    const answer = await server.post('/llm-models/list', undefined, { 'CONVAI-API-KEY': 'x' });
    expect([answer.status, await answer.json()]).toEqual([
      401,
      {
        status: 'error',
        message: 'Unauthorized: missing or invalid CONVAI-API-KEY',
        transactionID: anyText,
      },
    ]);
  });
});

describe('chat history', () => {
  const startedAt = '2024-09-25T19:54:59.124Z';

  it('lists conversations with something in them, newest first, as many as are asked for', async () => {
    const charID = await server.character();
    const first = await server.conversation(charID, [{}]);
    await server.conversation(charID, []);
    const second = await server.conversation(charID, [{}]);
    const all = await server.json('/character/chatHistory/list', { charID, limit: '-1' });
    expect(all).toEqual(
      [second, first].map((sessionID) => ({
        sessionID,
        date: expect.stringMatching(/^\d\d-\d\d-\d{4}$/) as unknown,
        time: expect.stringMatching(/^\d\d:\d\d:\d\d$/) as unknown,
        is_added_to_memory: false,
      })),
    );
    expect(await server.json('/character/chatHistory/list', { charID, limit: '1' })).toHaveLength(
      1,
    );
    expect(await server.json('/character/chatHistory/list', { charID })).toHaveLength(2);
  });

  it('says of each conversation whether something of it is remembered now', async () => {
    const charID = await server.character();
    const [told, idle] = [
      await server.conversation(charID, [{}]),
      await server.conversation(charID, [{}]),
    ];
    const { db } = server.database;
    const person = { workspaceId: server.workspaceId, characterId: charID, personId: 'ann' };
    const memories = new Memories({ db, clock: systemClock });
    const fact = { key: null, text: 'Likes tea.', importance: 2, saidAt: new Date() };
    await memories.keep(person, [{ ...fact, conversationId: told }]);
    const remembered = async () => {
      const all = SessionList.parse(await server.json('/character/chatHistory/list', { charID }));
      return all.filter((one) => one.is_added_to_memory).map(({ sessionID }) => sessionID);
    };
    expect(await remembered()).toEqual([told]);
    expect(idle).not.toBe(told);
    await memories.erase(person);
    expect(await remembered()).toEqual([]);
  });

  it('tells a conversation turn by turn', async () => {
    const charID = await server.character();
    const sessionID = await server.conversation(charID, [
      { origin: 'greeting', userText: null, assistantText: 'Welcome.', startedAt },
      { origin: 'trigger', userText: 'A bell rings.', assistantText: 'Who is there?', startedAt },
      { userText: 'Hi there', assistantText: '', status: 'aborted', startedAt },
    ]);
    const expected = [
      [[{ speaker: 'Character', message: 'Welcome.' }], false],
      [
        [
          { speaker: 'User', message: 'A bell rings.' },
          { speaker: 'Character', message: 'Who is there?' },
        ],
        true,
      ],
      [[{ speaker: 'User', message: 'Hi there' }], false],
    ].map(([interaction, is_trigger_input]) => ({
      timestamp: '2024-09-25 19:54:59.124000',
      interaction,
      is_trigger_input,
    }));
    for (const id of [sessionID, sessionID.replaceAll('-', '')])
      expect(
        await server.json('/character/chatHistory/details', { charID, sessionID: id }),
      ).toEqual(expected);
  });

  it('deletes what is named, for good, and nothing of another', async () => {
    const charID = await server.character();
    const other = await server.character();
    const [first, kept] = [
      await server.conversation(charID, [{}]),
      await server.conversation(charID, [{}]),
    ];
    const path = '/character/chatHistory/delete';
    for (const [body, headers] of [
      [{ charID: other, sessionIDs: [first] }, {}],
      [{ charID, sessionIDs: [first] }, stranger],
    ] as const)
      expect((await server.post(path, body, headers)).status).toBe(400);
    expect(await server.json(path, { charID, sessionIDs: [first] })).toEqual({
      status: 'SUCCESSFULLY DELETED',
    });
    expect(await server.json('/character/chatHistory/list', { charID })).toMatchObject([
      { sessionID: kept },
    ]);
    const details = { charID, sessionID: first };
    expect((await server.post('/character/chatHistory/details', details)).status).toBe(400);
  });

  it('refuses an unknown key as ERROR', async () => {
    for (const what of ['list', 'details', 'delete']) {
      const answer = await server.post(
        `/character/chatHistory/${what}`,
        {},
        { 'CONVAI-API-KEY': 'x' },
      );
      expect([answer.status, await answer.json()]).toEqual([
        401,
        { ERROR: 'Invalid API key provided.' },
      ]);
    }
  });
});

describe('speech', () => {
  it('lists the voices of the synthesiser, each to be set for a character', async () => {
    const answer = await server.get('/tts/get_available_voices');
    expect(await answer.json()).toMatchObject({
      'OpenAI Voices': expect.arrayContaining([
        {
          Coral: {
            voice_value: 'coral',
            lang_codes: expect.arrayContaining(['en-US', 'zh-HK']) as unknown,
            gender: 'FEMALE',
            sample_link: `${server.app.url}/tts/sample?voice=coral`,
          },
        },
      ]) as unknown,
    });
    expect((await server.get('/tts/sample?voice=coral')).headers.get('content-type')).toBe(
      'audio/wav',
    );
  });

  it('lists the languages in the documented form', async () => {
    const answer = await server.get('/tts/get_available_languages');
    expect(await answer.json()).toEqual(
      expect.arrayContaining([
        { 'en-US': { lang_code: 'en-US', lang_name: 'English' } },
        { 'fi-FI': { lang_code: 'fi-FI', lang_name: 'Finnish' } },
      ]),
    );
    expect((await server.get('/tts/get_available_voices', { 'CONVAI-API-KEY': '' })).status).toBe(
      400,
    );
    expect((await server.get('/tts/get_available_voices', { 'CONVAI-API-KEY': 'x' })).status).toBe(
      401,
    );
  });

  it('speaks the documented example, in a voice that the provider knows, as a WAV', async () => {
    const transcript =
      'In the quiet of the morning, as the sky turned shades of pink and orange, she walked along the path lined with blooming flowers, feeling the cool breeze on her face. It was finally time for dinner.';
    const answer = await server.post('/tts/', {
      transcript,
      voice: 'fable_OpenAi_c4d30a32-bcaf-4048-b7b0-0f2bb293205a',
      encoding: 'wav',
      filename: 'morning.wav',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('audio/wav');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename=morning.wav');
    const { samples, sampleRateHz } = decodeWav(new Uint8Array(await answer.arrayBuffer()));
    expect(sampleRateHz).toBe(24_000);
    expect(samples.length).toBe(transcript.length * 60 * 24);
    expect(server.provider.tts.requests.at(-1)).toMatchObject({
      input: transcript,
      voice: 'fable',
    });
  });

  it('speaks a long text piece by piece, and loses none of it', async () => {
    const transcript = 'A sentence of some length stands here. '.repeat(60).trim();
    const from = server.provider.tts.requests.length;
    await server.post('/tts', { transcript, voice: 'alloy' });
    const inputs = server.provider.tts.requests.slice(from).map(({ input }) => input);
    expect(inputs.length).toBeGreaterThan(1);
    expect(inputs.join(' ')).toBe(transcript);
  });

  it.each([
    { voice: 'alloy' },
    { transcript: 'Hello.' },
    { transcript: 'Hello.', voice: 'alloy', encoding: 'mp3' },
    { transcript: '...', voice: 'alloy' },
    { transcript: 'x'.repeat(4_001), voice: 'alloy' },
  ])('refuses %j', async (body) => {
    const answer = await server.post('/tts', body);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ ERROR: anyText }),
    ]);
  });

  it('ends the synthesis when the client goes away', async () => {
    server.provider.tts.next({ kind: 'hang' });
    const { aborted, requests } = server.provider.tts.counts;
    const leaving = new AbortController();
    const asking = fetch(`${server.app.url}/tts`, {
      method: 'POST',
      headers: { 'CONVAI-API-KEY': 'key-of-owner', 'Content-Type': 'application/json' },
      body: JSON.stringify({ transcript: 'Hello.', voice: 'alloy' }),
      signal: leaving.signal,
    }).catch(() => 'left');
    await server.provider.tts.until((counts) => counts.requests === requests + 1);
    leaving.abort();
    await asking;
    await server.provider.tts.until((counts) => counts.aborted === aborted + 1);
  });
});
