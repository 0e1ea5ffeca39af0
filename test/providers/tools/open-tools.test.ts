import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/lifetime/clock.ts';
import type { HttpFunction, McpServer, ToolSettings } from '../../../src/protocol/tool-settings.ts';
import { openTools } from '../../../src/providers/tools/open-tools.ts';
import { probeMcp } from '../../../src/providers/tools/probe-mcp.ts';
import type { ToolBox } from '../../../src/providers/tools/tool-box.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import { FakeMcp } from '../../fakes/fake-mcp.ts';
import { soon } from '../../fakes/soon.ts';

const deps = { clock: systemClock, log: silentLog };

describe('functions of the world outside', () => {
  let server: Server;
  let origin: string;
  let handle: (request: IncomingMessage, body: string, response: ServerResponse) => void;
  let requests: { method: string | undefined; url: string | undefined; body: string }[];
  let box: ToolBox | undefined;

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        requests.push({ method: request.method, url: request.url, body });
        handle(request, body, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  });
  beforeEach(() => {
    requests = [];
    handle = (_request, _body, response) => response.end('{"ok":true}');
  });
  afterEach(async () => {
    await box?.close();
    box = undefined;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const open = (
    fields: Partial<HttpFunction> = {},
    settings: Partial<ToolSettings> = {},
  ): ToolBox => {
    const look: HttpFunction = {
      name: 'look',
      description: 'Looks',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' }, days: { type: 'integer' } },
        required: ['city'],
        additionalProperties: false,
      },
      method: 'GET',
      url: `${origin}/weather/{city}`,
      headers: {},
      isRepeatable: true,
      timeoutMs: 5_000,
      resultChars: 100,
      ...fields,
    };
    box = openTools(
      { functions: [look], servers: [], privateHosts: ['127.0.0.1'], ...settings },
      deps,
    );
    return box;
  };
  const call = (tools: ToolBox, args: unknown) =>
    tools.call('look', args, new AbortController().signal);

  it('fills the path, encoded, and the query or the body with the rest', async () => {
    await call(open(), { city: 'a/../b?x=1', days: 2 });
    await call(open({ method: 'POST' }), { city: 'Oslo', days: 2 });
    expect(requests).toEqual([
      { method: 'GET', url: '/weather/a%2F..%2Fb%3Fx%3D1?days=2', body: '' },
      { method: 'POST', url: '/weather/Oslo', body: '{"days":2}' },
    ]);
  });

  it.each([
    ['nothing of what is required', {}],
    ['another type', { city: 7 }],
    ['an unknown argument', { city: 'Oslo', admin: true }],
    ['a list', ['Oslo']],
    ['no JSON', 'Oslo'],
    ['null', null],
  ])('refuses %s, and calls nobody', async (_, args) => {
    expect(await call(open(), args)).toMatchObject({ ok: false });
    expect(requests).toEqual([]);
  });

  it.each([
    ['http://127.0.0.1:9/', []],
    ['http://localhost:9/', []],
    ['http://[::1]:9/', []],
    ['http://[::ffff:127.0.0.1]:9/', []],
    ['http://0.0.0.0:9/', []],
    ['http://2130706433:9/', []],
    ['http://0x7f.1:9/', []],
    ['http://169.254.169.254/latest/meta-data', []],
    ['http://10.1.2.3/', ['127.0.0.1']],
    ['http://[fd00::1]/', ['127.0.0.1']],
  ])('refuses to talk to %s where %j is allowed', async (url, privateHosts) => {
    const outcome = await call(open({ url }, { privateHosts }), { city: 'x' });
    expect(outcome).toEqual({ ok: false, text: 'its address is not allowed' });
  });

  it('follows no redirect', async () => {
    handle = (_request, _body, response) => response.writeHead(302, { location: '/other' }).end();
    expect(await call(open(), { city: 'x' })).toMatchObject({
      ok: false,
      text: expect.stringContaining('redirects') as unknown,
    });
    expect(requests).toHaveLength(1);
  });

  it('gives up on who does not answer, and on who answers without end', async () => {
    handle = () => undefined;
    expect(await call(open({ timeoutMs: 50 }), { city: 'x' })).toEqual({
      ok: false,
      text: 'no answer within 0.05 seconds',
    });
    handle = (_request, _body, response) => response.end('x'.repeat(2_000_000));
    expect(await call(open(), { city: 'x' })).toEqual({
      ok: false,
      text: 'its answer was too large',
    });
  });

  it('cuts a long result, and tells an error with its status', async () => {
    handle = (_request, _body, response) => response.end('y'.repeat(5_000));
    expect((await call(open(), { city: 'x' })).text).toHaveLength(107);
    handle = (_request, _body, response) => response.writeHead(500).end('oh no');
    expect(await call(open(), { city: 'x' })).toEqual({ ok: false, text: 'status 500: oh no' });
  });

  it('calls at most sixty times a minute', async () => {
    const tools = open();
    for (let i = 0; i < 60; i++) await call(tools, { city: 'x' });
    expect(await call(tools, { city: 'x' })).toMatchObject({ ok: false });
    expect(requests).toHaveLength(60);
  });

  it('leaves out what has a schema that is none', () => {
    expect(open({ parameters: { type: 'nonsense' } }).offered).toEqual([]);
    expect(open({ parameters: { $ref: 'https://example.com/schema' } }).offered).toEqual([]);
  });
});

describe('tools of an MCP server', () => {
  const server = (url: string, fields: Partial<McpServer> = {}): McpServer => ({
    id: 's',
    name: 'orders',
    url,
    transport: 'streamable_http',
    headers: {},
    allowlist: null,
    timeoutMs: 5_000,
    resultChars: 4_000,
    ...fields,
  });
  const open = (servers: McpServer[], privateHosts = ['127.0.0.1']) =>
    openTools({ functions: [], servers, privateHosts }, deps);
  const names = (box: ToolBox) => box.offered.map(({ name }) => name);
  const signal = new AbortController().signal;

  it('are found in the background, called, and known to the next conversation at once', async () => {
    const mcp = await FakeMcp.open();
    const box = open([server(mcp.url)]);
    expect(names(box)).toEqual([]);
    await vi.waitFor(() => expect(names(box)).toEqual(['lookup_order', 'cancel_order']), soon);
    expect(box.offered.map(({ isRepeatable }) => isRepeatable)).toEqual([true, false]);
    expect(await box.call('lookup_order', { order: 'A1' }, signal)).toEqual({
      ok: true,
      text: 'Order A1 is on its way by whale.',
    });
    expect(await box.call('cancel_order', { order: 'A1' }, signal)).toEqual({
      ok: false,
      text: 'Too late.',
    });
    expect(await box.call('lookup_order', { order: 7 }, signal)).toMatchObject({ ok: false });
    const next = open([server(mcp.url)]);
    expect(names(next)).toEqual(['lookup_order', 'cancel_order']);
    await mcp.close();
    expect(await next.call('lookup_order', { order: 'A1' }, signal)).toMatchObject({ ok: false });
    await Promise.all([box.close(), next.close()]);
    expect(mcp.calls).toEqual(['lookup_order(A1)', 'cancel_order(A1)']);
  });

  it('are those of the allow-list only', async () => {
    const mcp = await FakeMcp.open();
    const box = open([server(mcp.url, { allowlist: ['lookup_order'] })]);
    await vi.waitFor(() => expect(names(box)).toEqual(['lookup_order']), soon);
    await box.close();
    await mcp.close();
  });

  it('of a server at a private address are none', async () => {
    const mcp = await FakeMcp.open();
    const door = { clock: systemClock, privateHosts: [] };
    await expect(probeMcp(server(mcp.url), door)).rejects.toThrow();
    expect(mcp.requests).toBe(0);
    await mcp.close();
  });
});
