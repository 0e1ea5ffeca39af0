import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ConvaiCharacter } from '../../src/protocol/convai-character.ts';
import { CraftingServer, strangerKey } from './crafting-server.ts';

/*
 * The examples of character-api.md, character-list-api.md and core-ai-settings-api.md as they stand there; `charID` is a
 * real one where they say "<character ID>".
 */
let server: CraftingServer;
const linked: unknown[] = [];
beforeAll(async () => {
  const docs = {
    field: 'docs',
    apply: (_tx: unknown, ...args: unknown[]) => {
      linked.push(args);
      return Promise.resolve();
    },
  };
  server = await CraftingServer.start(() => ({ links: [docs] }));
});
afterAll(() => server.close());

const CharId = z.object({ charID: z.string() });
const raymond = {
  charName: 'Raymond',
  voiceType: 'MALE',
  backstory:
    "Raymond Reddington is a main character in the NBC series The Blacklist. Reddington is a criminal mastermind, making it to #4 and later to #1 on the FBI's Ten Most Wanted Fugitives, who suddenly turns himself in after 20+ years of evading the FBI.",
};
const stranger = { 'CONVAI-API-KEY': strangerKey };
const read = async (charID: string) =>
  ConvaiCharacter.parse(await server.json('/character/get', { charID }));

describe('POST /character/create', () => {
  it('makes a character and answers 201 with its id alone', async () => {
    const answer = await server.post('/character/create', raymond);
    expect(answer.status).toBe(201);
    const body: unknown = await answer.json();
    expect(body).toEqual({ charID: expect.any(String) as unknown });
    expect(await read(CharId.parse(body).charID)).toMatchObject({
      character_name: 'Raymond',
      voice_type: 'MALE',
      backstory: raymond.backstory,
    });
  });

  it.each([
    ['JSON', JSON.stringify(raymond), 'application/json'],
    ['a form', new URLSearchParams(raymond).toString(), 'application/x-www-form-urlencoded'],
  ])('takes it as %s', async (_, body, type) => {
    const answer = await fetch(`${server.app.url}/character/create`, {
      method: 'POST',
      headers: { 'CONVAI-API-KEY': 'key-of-owner', 'Content-Type': type },
      body,
    });
    expect(answer.status).toBe(201);
  });

  it('takes a multipart form', async () => {
    const body = new FormData();
    for (const [name, value] of Object.entries(raymond)) body.set(name, value);
    body.set('actions', 'wave, bow');
    const answer = await fetch(`${server.app.url}/character/create`, {
      method: 'POST',
      headers: { 'CONVAI-API-KEY': 'key-of-owner' },
      body,
    });
    expect(answer.status).toBe(201);
    const { charID } = CharId.parse(await answer.json());
    expect((await read(charID)).character_actions).toEqual(['wave', 'bow']);
  });

  it.each([
    ['no name', { ...raymond, charName: undefined }],
    ['no voice', { ...raymond, voiceType: undefined }],
    ['no backstory', { ...raymond, backstory: undefined }],
    ['an empty name', { ...raymond, charName: '' }],
    ['a name too long', { ...raymond, charName: 'x'.repeat(300) }],
    ['a backstory too long', { ...raymond, backstory: 'x'.repeat(70_000) }],
    ['a temperature above 1', { ...raymond, temperature: 1.5 }],
    ['a backstory that is a list', { ...raymond, backstory: [] }],
  ])('refuses %s in the documented words, with the reason', async (_, body) => {
    const answer = await server.post('/character/create', body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      INTERNAL_ERROR:
        'Error in creating the character. Check if all the input data is valid. Contact support for more info.',
      REASON: expect.any(String) as unknown,
    });
  });
});

describe('the key of the crafting APIs', () => {
  const paths = ['/character/create', '/character/update', '/character/get', '/character/delete'];
  it.each(paths)('is refused by %s as API_ERROR', async (path) => {
    const wrong = await server.post(path, raymond, { 'CONVAI-API-KEY': 'wrong' });
    expect(wrong.status).toBe(401);
    expect(await wrong.json()).toEqual({ API_ERROR: 'Invalid API key provided.' });
    const missing = await server.post(path, raymond, { 'CONVAI-API-KEY': '' });
    expect(missing.status).toBe(401);
    expect(await missing.json()).toEqual({ API_ERROR: 'api_key not found.' });
  });

  it('is 400 when the list is asked for without one, as its page says', async () => {
    const missing = await server.post('/character/list', undefined, { 'CONVAI-API-KEY': '' });
    expect([missing.status, await missing.json()]).toEqual([
      400,
      { API_ERROR: 'api_key not found.' },
    ]);
    const wrong = await server.post('/character/list', undefined, { 'CONVAI-API-KEY': 'x' });
    expect([wrong.status, await wrong.json()]).toEqual([
      401,
      { API_ERROR: 'Invalid API key provided.' },
    ]);
  });
});

describe('POST /character/update', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['name', { charName: 'Raymond Reddington' }, { character_name: 'Raymond Reddington' }],
    ['voice', { voiceType: 'US MALE 1' }, { voice_type: 'US MALE 1' }],
    ['action', { action: ['laugh', 'walk'] }, { character_actions: ['laugh', 'walk'] }],
    ['action text', { action: 'laugh,walk' }, { character_actions: ['laugh', 'walk'] }],
    [
      'languageCodes',
      { languageCodes: ['fr-FR', 'en-US'] },
      { language_codes: ['fr-FR', 'en-US'], language_code: 'fr-FR' },
    ],
    ['temperature', { temperature: 0.42 }, { personalised_prompt_config: { TEMPERATURE: 0.42 } }],
    [
      'temperature text',
      { temperature: '0.5' },
      { personalised_prompt_config: { TEMPERATURE: 0.5 } },
    ],
    [
      'model',
      { model_group_name: 'claude-3-5-sonnet' },
      { personalised_prompt_config: { MODEL: 'claude-3-5-sonnet' } },
    ],
    ['reasoning auto', { reasoning_effort: 'auto' }, { reasoning_effort: 'auto' }],
    ['reasoning cleared', { reasoning_effort: '' }, { reasoning_effort: '' }],
    [
      'traits',
      {
        character_traits: {
          catch_phrases: ['As it were.'],
          speaking_style: 'Dry',
          personality_traits: { openness: 4 },
        },
      },
      {
        character_traits: {
          catch_phrases: ['As it were.'],
          speaking_style: 'Dry',
          personality_traits: {
            openness: 4,
            meticulousness: 2,
            extraversion: 2,
            agreeableness: 2,
            sensitivity: 2,
          },
        },
      },
    ],
    [
      'pronunciations',
      {
        pronunciation_metadata: {
          pronunciations: [
            { word: 'OCMO', ipaPronunciation: 'ɔkmow', customPronunciation: 'aukmo' },
          ],
        },
      },
      {
        pronunciation_metadata: {
          pronunciations: [
            { word: 'OCMO', ipaPronunciation: 'ɔkmow', customPronunciation: 'aukmo' },
          ],
        },
      },
    ],
    [
      'moderation',
      {
        personalised_prompt_config: {
          MODERATION_ENABLED: true,
          ALLOWED_MODERATION_FILTERS: ['violence', 'violence/graphic'],
          VERBOSITY: 3,
        },
      },
      {
        personalised_prompt_config: {
          MODERATION_ENABLED: true,
          ALLOWED_MODERATION_FILTERS: ['violence', 'violence/graphic'],
          VERBOSITY: 3,
        },
      },
    ],
    [
      'boundaries',
      {
        boundaries: 'No politics.',
        guardrail_meta: { limitResponseLevel: 2, blockedWords: ['x'] },
      },
      {
        boundaries: 'No politics.',
        guardrail_meta: { limitResponseLevel: 2, blockedWords: ['x'] },
      },
    ],
    ['memory', { memory_settings: { enabled: false } }, { memory_settings: { enabled: false } }],
    [
      'what has no meaning here',
      {
        listing: 'public',
        state_names: ['idle'],
        model_details: { modelType: 'RPM-3D', modelLink: 'https://example.com/a.glb' },
        voice_pitch: '1.5',
      },
      {
        listing: 'public',
        state_names: ['idle'],
        model_details: { modelType: 'RPM-3D', modelLink: 'https://example.com/a.glb' },
        voice_pitch: 1.5,
      },
    ],
  ])('changes the %s and nothing else', async (_, change, expected) => {
    const charID = await server.character();
    const before = await read(charID);
    expect(await server.json('/character/update', { charID, ...change })).toEqual({
      STATUS: 'SUCCESS',
    });
    const after = await read(charID);
    expect(after).toMatchObject(expected);
    const untouched = Object.keys(before).filter(
      (name) => !(name in expected) && name !== 'version' && name !== 'speaking_style',
    );
    for (const name of untouched)
      expect([name, after[name as keyof ConvaiCharacter]]).toEqual([
        name,
        before[name as keyof ConvaiCharacter],
      ]);
  });

  it('refuses what was changed by another since it was read, by If-Match or version', async () => {
    const charID = await server.character();
    const answer = await server.post('/character/get', { charID });
    const etag = answer.headers.get('etag') ?? '';
    expect(etag).toBe('"1"');
    const first = await server.post(
      '/character/update',
      { charID, greeting: 'First.' },
      { 'If-Match': etag },
    );
    expect([first.status, first.headers.get('etag')]).toEqual([200, '"2"']);
    const late = [
      await server.post('/character/update', { charID, greeting: 'Late.' }, { 'If-Match': etag }),
      await server.post('/character/update', { charID, greeting: 'Late.', version: 1 }),
    ];
    for (const refused of late) {
      expect(refused.status).toBe(412);
      expect(await refused.json()).toEqual({
        ERROR: expect.stringContaining('version 2') as unknown,
      });
    }
    expect((await read(charID)).greeting).toBe('First.');
  });

  it('names the levels of reasoning that the model takes', async () => {
    const charID = await server.character({ model: 'gpt-5.4' });
    const refused = await server.post('/character/update', { charID, reasoning_effort: 'xhigh' });
    expect([refused.status, await refused.json()]).toEqual([
      400,
      {
        ERROR:
          "Invalid reasoning_effort 'xhigh' for model 'gpt-5.4'. Supported values: none, low, medium, high, auto.",
      },
    ]);
  });

  it('judges the level for a registered model by what that really is', async () => {
    const own = { api_key: 'k', is_uncensored: false, base_url: 'http://127.0.0.1:4000/v1' };
    for (const [model_group_name, model_name] of [
      ['gpt-4-like', 'gpt-5.1'],
      ['gpt-5-like', 'gpt-4o'],
    ])
      await server.json('/llm-models/register', { ...own, model_group_name, model_name });
    const charID = await server.character();
    const update = async (fields: Record<string, unknown>) =>
      (await server.post('/character/update', { charID, reasoning_effort: 'low', ...fields }))
        .status;
    expect(await update({ model_group_name: 'gpt-4-like' })).toBe(200);
    expect(await update({})).toBe(200);
    expect(await update({ model_group_name: 'gpt-5-like' })).toBe(400);
    expect(await update({ personalised_prompt_config: { MODEL: 'gpt-5-like' } })).toBe(400);
    // The usual one.
    expect(await update({ model_group_name: '' })).toBe(400);
  });

  it('hands linked documents on, and refuses links that nobody takes', async () => {
    const charID = await server.character();
    const docs = [{ id: 'd1', status: 'active' }];
    await server.json('/character/update', { charID, docs });
    expect(linked).toEqual([[server.workspaceId, charID, docs]]);
    const refused = await server.post('/character/update', { charID, functions: [] });
    expect(refused.status).toBe(400);
  });

  it('does not find one of another workspace', async () => {
    const charID = await server.character();
    const answer = await server.post('/character/update', { charID, charName: 'Mine' }, stranger);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { ERROR: 'Could not fetch character details from all_characters table.' },
    ]);
    expect((await read(charID)).character_name).toBe('Raymond');
  });
});

describe('POST /character/get', () => {
  it('finds a character by its id, its number and its name', async () => {
    const charID = await server.character({ name: 'Only One' });
    const { character_number } = await read(charID);
    for (const by of [{ charID: character_number }, { charName: 'Only One' }])
      expect(await server.json('/character/get', by)).toMatchObject({ character_id: charID });
  });

  it('has what widgets and the documented answer have', async () => {
    const charID = await server.character();
    expect(await server.json('/character/get', { charID })).toMatchObject({
      character_name: 'Raymond',
      user_id: server.workspaceId,
      character_id: charID,
      voice_type: 'alloy',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/) as unknown,
      backstory: 'Raymond collects islands.',
      model_details: {},
    });
  });

  it.each([{ charID: 'nobody' }, { charName: 'Nobody' }, {}, { charID: ['x'] }])(
    'answers %j with the documented error',
    async (body) => {
      const answer = await server.post('/character/get', body);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({
        ERROR: 'INTERNAL SERVER ERROR, one or more database calls failed!',
      });
    },
  );
});

describe('POST /character/list', () => {
  it('has every documented field of every character of this workspace, and of no other', async () => {
    const charID = await server.character();
    const { characters } = z
      .object({ characters: z.array(ConvaiCharacter) })
      .parse(await server.json('/character/list'));
    const listed = characters.find(({ character_id }) => character_id === charID);
    expect(Object.keys(listed ?? {})).toEqual(expect.arrayContaining(documentedFields));
    expect(listed).not.toHaveProperty('backstory');
    expect(await server.json('/character/list', undefined, stranger)).toEqual({ characters: [] });
  });
});

describe('POST /user/clone_character', () => {
  it('makes a character of its own with everything of the first', async () => {
    const charID = await server.character({ temperature: 0.3 });
    const copied = CharId.parse(await server.json('/user/clone_character', { charID, KB: false }));
    expect(copied.charID).not.toBe(charID);
    const ids = ['character_id', 'character_number', 'timestamp', 'version'];
    const but = (character: ConvaiCharacter) =>
      Object.fromEntries(Object.entries(character).filter(([name]) => !ids.includes(name)));
    expect(but(await read(copied.charID))).toEqual(but(await read(charID)));
    expect((await server.post('/user/clone_character', { charID }, stranger)).status).toBe(400);
  });
});

describe('POST /character/delete', () => {
  it('deletes for good, and only what is yours', async () => {
    const charID = await server.character();
    expect((await server.post('/character/delete', { charID }, stranger)).status).toBe(400);
    expect(await server.json('/character/delete', { charID })).toEqual({ STATUS: 'SUCCESS' });
    expect((await server.post('/character/get', { charID })).status).toBe(400);
    expect((await server.post('/character/delete', { charID })).status).toBe(400);
  });
});

describe('a body that is none', () => {
  it.each([
    ['JSON that is broken', 'application/json', '{"charID":', 400],
    [
      'a form that is not UTF-8',
      'application/x-www-form-urlencoded',
      Buffer.from([0xff, 0xfe]),
      400,
    ],
    ['a form with NUL', 'application/x-www-form-urlencoded', 'charID=%00', 400],
    ['a multipart without a boundary', 'multipart/form-data', 'x', 400],
    ['XML', 'application/xml', '<charID/>', 415],
    ['a form of 2 MB', 'application/x-www-form-urlencoded', 'a='.padEnd(2_000_000, 'x'), 413],
    ['a thousand fields', 'application/x-www-form-urlencoded', 'a=1&'.repeat(1_000), 400],
  ])('%s is refused in words', async (_, type, body, status) => {
    const answer = await fetch(`${server.app.url}/character/get`, {
      method: 'POST',
      headers: { 'CONVAI-API-KEY': 'key-of-owner', 'Content-Type': type },
      body,
    });
    expect(await answer.json()).toHaveProperty('ERROR');
    expect(answer.status).toBe(status);
  });

  it('as a multipart form with NUL in it is refused, and the server goes on', async () => {
    const body = new FormData();
    body.set('charID', 'a\0b');
    const headers = { 'CONVAI-API-KEY': 'key-of-owner' };
    const url = `${server.app.url}/character/get`;
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(400);
    expect((await server.post('/character/list')).status).toBe(200);
  });

  it('may not bring files where none are wanted', async () => {
    const body = new FormData();
    body.set('charID', 'x');
    body.set('file', new Blob(['x']), '../../etc/passwd');
    const answer = await fetch(`${server.app.url}/character/get`, {
      method: 'POST',
      headers: { 'CONVAI-API-KEY': 'key-of-owner' },
      body,
    });
    expect(answer.status).toBe(400);
  });
});

const documentedFields =
  'character_name collection_name user_id character_id model_type state_names state_links listing voice_type voice_pitch blockchain contract_address mint_address owner_address timestamp character_actions character_emotions model_details language_code guard_rails metadata_filter personalised_prompt_config boosted_words guardrail_meta start_narrative_section_id is_narrative_driven character_traits language_codes memory_settings last_interacted_with pronunciation_metadata description speaking_style embodiment embodiment_data'.split(
    ' ',
  );
