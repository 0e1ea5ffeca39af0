import { TokenVerifier } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { PublicError } from '../../src/errors/public-error.ts';
import { ConnectResponse } from '../../src/protocol/connect.ts';
import { ada, bob, livekit, mira, otto, startApp, type AppServer } from './app-server.ts';

const Invalid = z.object({
  detail: z.array(
    z.object({
      type: z.string(),
      loc: z.array(z.union([z.string(), z.number()])),
      msg: z.string(),
      input: z.unknown(),
      ctx: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
  message: z.string(),
});
const Refusal = z.object({ detail: z.string(), message: z.string() });

let app: AppServer;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const problems = async (body: unknown) => {
  const answer = await app.connect(body);
  expect(answer.status).toBe(422);
  return Invalid.parse(await answer.json());
};

describe('POST /connect', () => {
  it('answers with the room, a token for it, and what was sent along', async () => {
    const answer = await app.connect({
      character_id: mira.id,
      connection_type: 'video',
      end_user_id: 'ann',
      end_user_metadata: { level: 3 },
      max_num_participants: 2,
    });
    expect(answer.status).toBe(200);
    const body = ConnectResponse.parse(await answer.json());
    expect(body).toMatchObject({
      room_url: 'ws://127.0.0.1:7880',
      end_user_id: 'ann',
      end_user_metadata: { level: 3 },
      request_trace_id: answer.headers.get('x-request-trace-id'),
    });
    const placed = app.placed.at(-1);
    expect(placed).toMatchObject({
      workspaceId: ada.workspaceId,
      conversationId: body.character_session_id,
      characterId: mira.id,
      locator: null,
      settings: { connection_type: 'video', end_user_id: 'ann', debug: false },
    });
    const claims = await new TokenVerifier(livekit.apiKey, livekit.apiSecret).verify(body.token);
    expect(claims).toMatchObject({
      sub: `user:${app.placed.length}`,
      video: { room: body.room_name, roomJoin: true, roomAdmin: false },
      roomConfig: { maxParticipants: 3, agents: [{ agentName: 'parley' }] },
    });
  });

  it('takes the number of a character in place of its id', async () => {
    const numbered = await startApp((deps) => ({
      characters: {
        ...deps.characters,
        get: (workspaceId, ref) =>
          deps.characters.get(workspaceId, ref === String(mira.number) ? mira.id : ref),
      },
    }));
    for (const character_id of [mira.number, String(mira.number)])
      expect((await numbered.connect({ character_id })).status).toBe(200);
    await numbered.close();
  });

  it('says null for what was not sent', async () => {
    const answer = await app.connect({ character_id: mira.id });
    expect(await answer.json()).toMatchObject({ end_user_id: null, end_user_metadata: null });
  });

  it('never lets an answer with a token be cached', async () => {
    const answer = await app.connect({ character_id: mira.id });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('gives every connect a trace of its own', async () => {
    const headers = { 'X-API-Key': ada.key, 'X-Request-Id': 'mine' };
    const answers = [
      await app.connect({ character_id: mira.id }, headers),
      await app.connect({ character_id: mira.id }),
    ];
    const [first, second] = await Promise.all(
      answers.map(async (answer) => ConnectResponse.parse(await answer.json()).request_trace_id),
    );
    expect(first).not.toBe(second);
    expect(first).not.toBe('mine');
  });

  it('continues a conversation by its id', async () => {
    const first = ConnectResponse.parse(
      await (await app.connect({ character_id: mira.id })).json(),
    );
    const second = await app.connect({
      character_id: mira.id,
      character_session_id: first.character_session_id,
    });
    expect(await second.json()).toMatchObject({
      character_session_id: first.character_session_id,
    });
  });

  it('hands on the whole of what shapes the session', async () => {
    await app.connect({
      character_id: mira.id,
      audio_config: { output: { audio_routing: 'both', max_chunk_duration_ms: 95 } },
      dynamic_info: { text: 'It rains.' },
      narrative_template_keys: { who: 'Ann' },
    });
    expect(app.placed.at(-1)?.settings).toMatchObject({
      audio_config: { output: { audio_routing: 'both', max_chunk_duration_ms: 100 } },
      dynamic_info: { text: 'It rains.' },
      narrative_template_keys: { who: 'Ann' },
    });
  });

  it.each(['application/json', 'application/json; charset=UTF-8', 'application/vnd.x+json'])(
    'takes a body of type %s',
    async (type) => {
      const answer = await app.connect(
        { character_id: mira.id },
        { 'X-API-Key': ada.key, 'Content-Type': type },
      );
      expect(answer.status).toBe(200);
    },
  );
});

describe('the key', () => {
  it.each([
    { 'X-API-Key': ada.key },
    { 'x-api-key': ` ${ada.key} ` },
    { 'CONVAI-API-KEY': ada.key },
    { 'API-AUTH-TOKEN': ada.key },
    { Authorization: `Bearer ${ada.key}` },
    { Authorization: `bearer ${ada.key}`, 'X-API-Key': '' },
  ])('is found in %j', async (headers) => {
    expect((await app.connect({ character_id: mira.id }, headers)).status).toBe(200);
  });

  it.each([
    {},
    { 'X-API-Key': '' },
    { Authorization: `Basic ${ada.key}` },
    { Cookie: `key=${ada.key}` },
    { 'X-API-Key': 'wrong' },
    { 'X-API-Key': `${ada.key}x` },
    { 'X-API-Key': 'x'.repeat(5_000) },
    { 'X-API-Key': 'wrong', Authorization: `Bearer ${ada.key}` },
  ])('is refused with 401 in %j', async (headers: Record<string, string>) => {
    const answer = await app.connect({ character_id: mira.id }, headers);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    const { detail, message } = Refusal.parse(await answer.json());
    expect(detail).toMatch(/API key/);
    expect(message).toBe(detail);
  });

  it('is asked for before the body is looked at', async () => {
    expect((await app.connect('{broken', {})).status).toBe(401);
  });
});

describe('workspaces', () => {
  it.each([
    ['of another workspace', otto.id],
    ['that nobody has', '33333333-3333-4333-8333-333333333333'],
    ['that is no id', "'; drop table characters; --"],
  ])('do not show a character %s', async (_which, character_id) => {
    const answer = await app.connect({ character_id });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({
      detail: "Character not found or doesn't belong to user",
    });
  });

  it('do not continue the conversations of others', async () => {
    const mine = ConnectResponse.parse(await (await app.connect({ character_id: mira.id })).json());
    const answer = await app.connect(
      { character_id: otto.id, character_session_id: mine.character_session_id },
      { 'X-API-Key': bob.key },
    );
    expect(answer.status).toBe(404);
    expect(app.placed.at(-1)?.workspaceId).toBe(ada.workspaceId);
  });

  it('have no rooms that another client could join', async () => {
    const answer = await app.connect({ character_id: mira.id, mode: 'join', room_name: 'room-1' });
    expect(answer.status).toBe(404);
    Refusal.parse(await answer.json());
  });
});

describe('a body that is not valid', () => {
  it.each([
    [{}, 'missing', ['character_id'], 'Field required', undefined],
    [
      { character_id: 5.5 },
      'string_type',
      ['character_id'],
      'Input should be a valid string',
      undefined,
    ],
    [
      { character_id: '' },
      'string_too_short',
      ['character_id'],
      'String should have at least 1 character',
      { min_length: 1 },
    ],
    [
      { character_id: 'm', room_name: 'x'.repeat(257) },
      'string_too_long',
      ['room_name'],
      'String should have at most 256 characters',
      { max_length: 256 },
    ],
    [
      { character_id: 'm', connection_type: 'x' },
      'enum',
      ['connection_type'],
      "Input should be 'audio' or 'video'",
      { expected: "'audio' or 'video'" },
    ],
    [
      { character_id: 'm', audio_config: { output: { max_chunk_duration_ms: 9 } } },
      'greater_than_equal',
      ['audio_config', 'output', 'max_chunk_duration_ms'],
      'Input should be greater than or equal to 10',
      { ge: 10 },
    ],
    [
      { character_id: 'm', audio_config: { output: { max_chunk_duration_ms: 1001 } } },
      'less_than_equal',
      ['audio_config', 'output', 'max_chunk_duration_ms'],
      'Input should be less than or equal to 1000',
      { le: 1000 },
    ],
    [
      { character_id: 'm', max_num_participants: 'many' },
      'int_parsing',
      ['max_num_participants'],
      'Input should be a valid integer, unable to parse string as an integer',
      undefined,
    ],
    [
      { character_id: 'm', max_num_participants: 1.5 },
      'int_from_float',
      ['max_num_participants'],
      'Input should be a valid integer, got a number with a fractional part',
      undefined,
    ],
    [
      { character_id: 'm', max_num_participants: [] },
      'int_type',
      ['max_num_participants'],
      'Input should be a valid integer',
      undefined,
    ],
    [
      { character_id: 'm', vad_params: { confidence: 'high' } },
      'float_parsing',
      ['vad_params', 'confidence'],
      'Input should be a valid number, unable to parse string as a number',
      undefined,
    ],
    [
      { character_id: 'm', vad_params: { confidence: {} } },
      'float_type',
      ['vad_params', 'confidence'],
      'Input should be a valid number',
      undefined,
    ],
    [
      { character_id: 'm', debug: 'perhaps' },
      'bool_parsing',
      ['debug'],
      'Input should be a valid boolean, unable to interpret input',
      undefined,
    ],
    [
      { character_id: 'm', debug: {} },
      'bool_type',
      ['debug'],
      'Input should be a valid boolean',
      undefined,
    ],
    [
      { character_id: 'm', scene_description: {} },
      'list_type',
      ['scene_description'],
      'Input should be a valid list',
      undefined,
    ],
    [
      { character_id: 'm', end_user_metadata: [] },
      'dict_type',
      ['end_user_metadata'],
      'Input should be a valid dictionary',
      undefined,
    ],
    [
      { character_id: 'm', dynamic_info: 'rain' },
      'model_attributes_type',
      ['dynamic_info'],
      'Input should be a valid dictionary or object to extract fields from',
      undefined,
    ],
    [
      {
        character_id: 'm',
        scene_description: [{ name: 'a', description: 'b' }, { description: 'c' }],
      },
      'missing',
      ['scene_description', 1, 'name'],
      'Field required',
      undefined,
    ],
    [
      { character_id: 'm', shared_session_key: 'a b' },
      'string_pattern_mismatch',
      ['shared_session_key'],
      "String should match pattern '^[A-Za-z0-9_-]{1,128}$'",
      { pattern: '^[A-Za-z0-9_-]{1,128}$' },
    ],
    [
      { character_id: 'm', action_config: { current_attention_object: 'ghost' } },
      'value_error',
      ['action_config', 'current_attention_object'],
      'Value error, current_attention_object must match one of the objects[].name values',
      { error: 'current_attention_object must match one of the objects[].name values' },
    ],
  ])('is answered as FastAPI would: %j', async (body, type, path, msg, ctx) => {
    const { detail, message } = await problems(body);
    expect(detail).toHaveLength(1);
    expect(detail[0]).toMatchObject({ type, loc: ['body', ...path], msg, ...(ctx && { ctx }) });
    expect(message).toBe(`${path.join('.')}: ${msg}`);
  });

  it('lists every fault at once and sums them up', async () => {
    const { detail, message } = await problems({
      ...{ character_id: '', connection_type: 'x', debug: {}, mode: 1, a: 1 },
    });
    expect(detail.map(({ loc }) => loc[1]).sort()).toEqual([
      'character_id',
      'connection_type',
      'debug',
      'mode',
    ]);
    expect(message).toMatch(/; and 1 more$/);
  });

  it('names the branches of what may be of two kinds', async () => {
    const { detail } = await problems({ character_id: 'm', action_config: { actions: [3] } });
    expect(detail.map(({ type, loc }) => [type, ...loc])).toEqual([
      ['string_type', 'body', 'action_config', 'actions', 0],
      ['model_attributes_type', 'body', 'action_config', 'actions', 0],
    ]);
  });

  it('shows the value, but no more of it than a glance', async () => {
    const { detail } = await problems({
      character_id: ['x'.repeat(10_000), ...Array.from({ length: 1_000 }, (_, i) => i)],
    });
    const shown = z.array(z.unknown()).parse(detail[0]?.input);
    expect(shown).toHaveLength(10);
    expect(String(shown[0])).toHaveLength(201);
  });

  it('never shows a secret that stands in it', async () => {
    const { detail } = await problems({ api_key: 'sk-123', nested: { token: 'sk-456' } });
    expect(detail[0]?.input).toEqual({ api_key: '[redacted]', nested: { token: '[redacted]' } });
  });

  it('lists at most fifty faults', async () => {
    const { detail } = await problems({
      character_id: 'm',
      scene_description: Array.from({ length: 400 }, () => 1),
    });
    expect(detail).toHaveLength(50);
  });
});

describe('a body that is not even JSON', () => {
  const send = (body: string | Buffer, headers: Record<string, string> = {}) =>
    fetch(`${app.url}/connect`, {
      method: 'POST',
      headers: { 'X-API-Key': ada.key, 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });

  it.each(['{', '{"character_id":}', "{'character_id':1}", 'character', '{"a":1}}', '{"a":NaN}'])(
    'is refused as json_invalid: %s',
    async (text) => {
      const { detail } = await problems(text);
      expect(detail[0]).toMatchObject({
        type: 'json_invalid',
        msg: 'JSON decode error',
        input: {},
      });
      expect(detail[0]?.loc[0]).toBe('body');
    },
  );

  it.each(['[]', '"mira"', '7', 'null', 'true'])(
    'is refused when it is no object: %s',
    async (text) => {
      const { detail } = await problems(text);
      expect(detail[0]).toMatchObject({ type: 'model_attributes_type', loc: ['body'] });
    },
  );

  it('is refused as missing when there is none', async () => {
    const answer = await fetch(`${app.url}/connect`, {
      method: 'POST',
      headers: { 'X-API-Key': ada.key },
    });
    expect(answer.status).toBe(422);
    expect(Invalid.parse(await answer.json()).detail[0]).toMatchObject({
      type: 'missing',
      loc: ['body'],
    });
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
    '',
  ])('is refused with 415 as %j', async (type) => {
    const answer = await send(Buffer.from('{"character_id":"m"}'), { 'Content-Type': type });
    expect(answer.status).toBe(415);
    Refusal.parse(await answer.json());
  });

  it('is refused with 415 in an encoding that nobody knows', async () => {
    const answer = await send('{}', { 'Content-Encoding': 'rot13' });
    expect(answer.status).toBe(415);
  });

  it('is refused with 400 when its bytes are not UTF-8', async () => {
    const answer = await send(Buffer.from('7b2261223a22c328227d', 'hex'));
    expect(answer.status).toBe(400);
    Refusal.parse(await answer.json());
  });

  it('is refused with 413 when it is larger than a megabyte', async () => {
    const answer = await send(JSON.stringify({ character_id: mira.id, a: 'x'.repeat(1_048_576) }));
    expect(answer.status).toBe(413);
    Refusal.parse(await answer.json());
  });
});

describe('a hostile body', () => {
  it.each([
    [
      'arrays in arrays',
      '{"character_id":"m","a":' + '['.repeat(100_000) + ']'.repeat(100_000) + '}',
    ],
    ['objects in objects', '{"a":'.repeat(50_000) + '1' + '}'.repeat(50_000)],
  ])('of %s is refused before anything walks it', async (_what, text) => {
    const { detail } = await problems(text);
    expect(detail[0]).toMatchObject({
      type: 'json_invalid',
      ctx: { error: 'Nested deeper than 64 levels' },
    });
  });

  it('cannot reach a prototype', async () => {
    const answer = await app.connect(
      `{"character_id":"${mira.id}","__proto__":{"debug":true},"constructor":{"prototype":{"x":1}},
        "end_user_metadata":{"__proto__":{"polluted":true}},"narrative_template_keys":{"__proto__":"x"}}`,
    );
    expect(answer.status).toBe(200);
    expect(app.placed.at(-1)?.settings.debug).toBe(false);
    expect({}).not.toHaveProperty('polluted');
    expect({}).not.toHaveProperty('x');
  });

  it.each([
    ['NUL', '{"character_id":"m","dynamic_info":{"text":"a\\u0000b"}}', ['dynamic_info', 'text']],
    ['half a surrogate pair', '{"character_id":"\\ud800"}', ['character_id']],
    [
      'NUL in a key',
      '{"character_id":"m","end_user_metadata":{"\\u0000":1}}',
      ['end_user_metadata'],
    ],
  ])('with %s is refused: no database stores it', async (_what, text, path) => {
    const { detail } = await problems(text);
    expect(detail[0]).toMatchObject({ type: 'string_unicode', loc: ['body', ...path] });
  });

  it('with a million empty fields costs a refusal at most', async () => {
    const text = `{"character_id":"m","a":[${'1,'.repeat(400_000)}1]}`;
    expect((await app.connect(text)).status).toBe(404);
  });
});

describe('a failure behind /connect', () => {
  it('is a plain 500 with the trace id when it is not meant for strangers', async () => {
    const broken = await startApp(() => ({
      dispatch: { enter: () => Promise.reject(new Error('password is hunter2')) },
    }));
    try {
      const answer = await broken.connect({ character_id: mira.id });
      expect(answer.status).toBe(500);
      const text = await answer.text();
      expect(text).not.toContain('hunter2');
      expect(JSON.parse(text)).toMatchObject({
        detail: 'Something went wrong here. It has been logged.',
        message: 'Something went wrong here. It has been logged.',
        request_trace_id: answer.headers.get('x-request-trace-id'),
      });
    } finally {
      await broken.close();
    }
  });

  it('says when to come back when every agent is busy', async () => {
    const busy = await startApp(() => ({
      dispatch: {
        enter: () =>
          Promise.reject(
            new PublicError(503, 'no_agent_free', 'Every voice agent is busy.', {
              retryAfterSeconds: 2.2,
            }),
          ),
      },
    }));
    try {
      const answer = await busy.connect({ character_id: mira.id });
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('3');
      expect(await answer.json()).toMatchObject({
        detail: 'Every voice agent is busy.',
        message: 'Every voice agent is busy.',
      });
    } finally {
      await busy.close();
    }
  });
});
