import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { functions, mcpServers } from '../../src/db/schema.ts';
import { FakeMcp } from '../fakes/fake-mcp.ts';
import { CraftingServer, strangerKey } from './crafting-server.ts';

/* The examples of external-api.md, with a request in place of Python, and of mcp-server-api.md. */
let server: CraftingServer;
let charID: string;
beforeAll(async () => {
  server = await CraftingServer.start();
});
beforeEach(async () => {
  charID = await server.character();
});
afterAll(() => server.close());

const anyText = expect.any(String) as unknown;
const stranger = { 'CONVAI-API-KEY': strangerKey };
const input_description = JSON.stringify({
  parameters: { city: { type: 'string', description: 'Name of the city to get weather for' } },
  required: ['city'],
});
const source = {
  url: 'http://127.0.0.1:9/weather/{city}',
  headers: { Authorization: 'Bearer very-private' },
};
const weather = {
  name: 'Get Weather',
  description: 'Fetches current weather for a given city',
  language: 'http',
  input_description,
  source_code: JSON.stringify(source),
};
const Made = z.object({ function: z.object({ function_id: z.string() }) });
const make = async (fields: Record<string, unknown> = {}) =>
  Made.parse(await (await server.post('/functions/create/', { ...weather, ...fields })).json())
    .function.function_id;
const link = (functions: unknown) => server.post('/character/update', { charID, functions });

describe('functions', () => {
  it('are made as documented, their header values never read back', async () => {
    const answer = await server.post('/functions/create/', weather);
    expect(answer.status).toBe(201);
    const text = await answer.text();
    expect(JSON.parse(text)).toEqual({
      transactionID: anyText,
      function: {
        function_id: anyText,
        name: 'Get Weather',
        description: 'Fetches current weather for a given city',
        language: 'http',
        source_code: JSON.stringify({ headers: { Authorization: '' }, url: source.url }),
        base64_source_code: anyText,
        input_description,
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/) as unknown,
      },
    });
    expect(text).not.toContain('very-private');
    const rows = await server.database.db.select().from(functions);
    expect(JSON.stringify(rows)).not.toContain('very-private');
  });

  it('are linked, listed with their status, unlinked and deleted', async () => {
    const id = await make();
    expect(await (await link([{ id, status: 'active' }])).json()).toEqual({ STATUS: 'SUCCESS' });
    const list = { character_id: charID, per_page: 1_000, page: 1 };
    expect(await server.json('/functions/list/', list)).toMatchObject({
      transactionID: anyText,
      functions: expect.arrayContaining([
        expect.objectContaining({ function_id: id, status: 'active' }),
      ]) as unknown,
      total_pages: 1,
      per_page: 1_000,
      page: 1,
    });
    await link([{ id, status: 'inactive' }]);
    expect(await server.json('/functions/list/', list)).toMatchObject({
      functions: expect.arrayContaining([
        expect.objectContaining({ function_id: id, status: 'inactive' }),
      ]) as unknown,
    });
    expect(await server.json('/functions/list/')).not.toHaveProperty('total');
    expect(await server.json('/functions/delete/', { function_id: id })).toEqual({
      transactionID: anyText,
      status: 'success',
    });
    const gone = await server.post('/functions/delete/', { function_id: id });
    expect(gone.status).toBe(404);
    expect(await gone.json()).toEqual({
      ERROR: `Function with id ${id} not found`,
      'Reference ID': anyText,
    });
  });

  it.each([
    [{ name: undefined }, 'Missing required field: name'],
    [{ language: 'pythonx' }, 'Language pythonx not supported'],
    [{ language: 'python' }, 'Language python not supported'],
    [{ input_description: '{' }, 'Field input_description must be a valid json string'],
    [{ input_description: '{}' }, /^input_description: parameters/],
    [
      {
        input_description:
          '{"parameters":{"a b":{"type":"string","description":"x"}},"required":[]}',
      },
      /^input_description/,
    ],
    [{ input_description: '{"parameters":{},"required":["city"]}' }, /required has 'city'/],
    [{ source_code: '{"url":"ftp://x/"}' }, /url must begin/],
    [{ source_code: '{"url":"https://{city}.com/"}' }, /url must begin/],
    [{ source_code: '{"url":"https://a@127.0.0.1/"}' }, /url must begin/],
    [{ source_code: '{"url":"http://10.0.0.1/"}' }, /private/],
    [{ source_code: '{"url":"http://169.254.169.254/latest"}' }, /private/],
    [{ source_code: '{"url":"http://[::1]/"}' }, /private/],
    [{ source_code: '{"url":"http://2130706433/","headers":{"Host":"x"}}' }, /headers/],
    [{ description: 'x'.repeat(3_000) }, /too long/],
  ])('are refused with %j', async (fields, problem) => {
    const answer = await server.post('/functions/create/', { ...weather, ...fields });
    expect(answer.status).toBe(400);
    const body = z
      .object({ ERROR: z.string(), 'Reference ID': z.string() })
      .parse(await answer.json());
    expect(body.ERROR).toMatch(problem);
  });

  it.each([
    ['x', 'Functions must be a list of configurations'],
    [[{ status: 'active' }], 'Missing required fields in function configuration: id'],
    [[{ id: 'x' }], 'Missing required fields in function configuration: status'],
    [[{ id: 'x', status: 'on' }], 'Function status must be one of: active, inactive'],
    [
      [
        { id: 'x', status: 'active' },
        { id: 'x', status: 'active' },
      ],
      'Duplicate function ID found: x',
    ],
  ])('are not linked by %j', async (value, problem) => {
    const answer = await link(value);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ ERROR: problem });
  });

  it('belong to their workspace: nobody else lists, links or deletes them', async () => {
    const id = await make();
    expect(await server.json('/functions/list/', {}, stranger)).toMatchObject({ functions: [] });
    const gone = await server.post('/functions/delete/', { function_id: id }, stranger);
    expect(gone.status).toBe(404);
    expect((await link([{ id: randomUUID(), status: 'active' }])).status).toBe(404);
    const nobody = await server.post('/functions/list/', {}, { 'CONVAI-API-KEY': 'wrong' });
    expect(nobody.status).toBe(401);
    expect(await nobody.json()).toEqual({ ERROR: 'Invalid API key provided.' });
  });
});

const ServerId = z.object({ server: z.object({ server_id: z.string() }) });
const orders = {
  name: 'order-lookup',
  url: 'https://127.0.0.1:9/mcp',
  auth_headers: { Authorization: 'Bearer sk-very-private' },
};
const register = async (fields: Record<string, unknown> = {}) =>
  ServerId.parse(await server.json('/mcp/servers/create', { ...orders, ...fields })).server
    .server_id;

describe('MCP servers', () => {
  it('are registered and listed as documented, their headers sealed', async () => {
    const shown = {
      server_id: anyText,
      name: 'order-lookup',
      description: '',
      url: orders.url,
      transport: 'streamable_http',
      auth_type: 'headers',
      auth_headers: orders.auth_headers,
      header_names: ['Authorization'],
      tools_allowlist: null,
      timeout_s: null,
      result_max_chars: null,
      enabled: true,
      created_at: expect.stringMatching(/^\d{4}-.*\d{6}$/) as unknown,
    };
    expect(await server.json('/mcp/servers/create', orders)).toEqual({ server: shown });
    expect(await server.json('/mcp/servers/list', {})).toEqual({ servers: [shown] });
    expect(await server.json('/mcp/servers/list', {}, stranger)).toEqual({ servers: [] });
    const rows = await server.database.db.select().from(mcpServers);
    expect(JSON.stringify(rows)).not.toContain('very-private');
  });

  it('are updated in part; an empty header keeps what is stored, null clears all', async () => {
    const server_id = await register();
    const update = (change: Record<string, unknown>) =>
      server.json('/mcp/servers/update', { server_id, ...change });
    expect(
      await update({
        auth_headers: { Authorization: '', 'X-New': 'n' },
        timeout_s: 5,
        enabled: false,
      }),
    ).toMatchObject({
      server: {
        auth_headers: { ...orders.auth_headers, 'X-New': 'n' },
        timeout_s: 5,
        enabled: false,
        name: 'order-lookup',
      },
    });
    expect(await update({ auth_headers: null, tools_allowlist: [] })).toMatchObject({
      server: { auth_headers: {}, header_names: [], tools_allowlist: [], timeout_s: 5 },
    });
  });

  it('are attached and detached, again and again, and gone when they are deleted', async () => {
    const server_id = await register();
    const pair = { character_id: charID, server_id };
    const success = { status: 'success' };
    for (const path of ['attach', 'attach'])
      expect(await server.json(`/mcp/characters/${path}`, pair)).toEqual(success);
    const list = () => server.json('/mcp/characters/list', { character_id: charID });
    expect(await list()).toEqual({ server_ids: [server_id] });
    for (const path of ['detach', 'detach'])
      expect(await server.json(`/mcp/characters/${path}`, pair)).toEqual(success);
    expect(await list()).toEqual({ server_ids: [] });
    await server.json('/mcp/characters/attach', pair);
    expect(await server.json('/mcp/servers/delete', { server_id })).toEqual(success);
    expect(await list()).toEqual({ server_ids: [] });
    expect((await server.post('/mcp/characters/attach', pair)).status).toBe(404);
  });

  it.each([
    ['create', { name: '' }],
    ['create', { url: 'ftp://x' }],
    ['create', { url: 'http://example.com/mcp' }],
    ['create', { url: 'https://10.0.0.1/mcp' }],
    ['create', { url: 'https://[fd00::1]/mcp' }],
    ['create', { url: 'https://user@127.0.0.1/mcp' }],
    ['create', { transport: 'stdio' }],
    ['create', { auth_type: 'oauth' }],
    ['create', { timeout_s: 301 }],
    ['create', { result_max_chars: 99 }],
    ['create', { tools_allowlist: Array.from({ length: 201 }, () => 'x') }],
    ['test', { url: 'https://192.168.0.1/mcp' }],
  ])('are refused at %s with %j', async (operation, fields) => {
    const answer = await server.post(`/mcp/servers/${operation}`, { ...orders, ...fields });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ ERROR: anyText });
  });

  it('are probed: tools when they answer, a diagnosis when not', async () => {
    const mcp = await FakeMcp.open();
    try {
      expect(await server.json('/mcp/servers/test', { url: mcp.url })).toEqual({
        ok: true,
        tools: [
          { name: 'lookup_order', description: 'Looks up the status of an order' },
          { name: 'cancel_order', description: 'Cancels an order' },
        ],
      });
    } finally {
      await mcp.close();
    }
    const dead = { url: 'http://127.0.0.1:9/mcp' };
    expect(await server.json('/mcp/servers/test', dead)).toEqual({ ok: false, error: anyText });
  });

  it('have no OAuth here, and say so', async () => {
    const server_id = await register();
    expect(await server.json('/mcp/oauth/start', { server_id })).toEqual({
      ok: false,
      error: anyText,
    });
    expect(await server.json('/mcp/oauth/status', { server_id })).toEqual({
      status: 'disconnected',
    });
  });
});
