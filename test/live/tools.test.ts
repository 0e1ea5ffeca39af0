import { createServer, type Server } from 'node:http';
import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { FakeMcp } from '../fakes/fake-mcp.ts';
import { answerText, Calls, exchange } from './support/calls.ts';
import { Parley } from './support/server.ts';

const Made = z.object({ function: z.object({ function_id: z.string() }) });
const Registered = z.object({ server: z.object({ server_id: z.string() }) });
const CharId = z.object({ charID: z.string() });

/** By the embedded provider: no keys, no scripted answers. */
describe('a character that calls', () => {
  let parley: Parley;
  let mcp: FakeMcp;
  let weather: Server;
  const asked: { url: string | undefined; key: string | undefined }[] = [];
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    weather = createServer((request, response) => {
      asked.push({ url: request.url, key: request.headers['x-key']?.toString() });
      response.setHeader('content-type', 'application/json');
      response.end('{"weather":"seven degrees and sleet"}');
    });
    await new Promise<void>((resolve) => weather.listen(0, '127.0.0.1', resolve));
    mcp = await FakeMcp.open();
    parley = await Parley.start({ env: { PRIVATE_HOSTS: '127.0.0.1' } });
  });
  afterEach(() => calls.leaveAll());
  afterAll(async () => {
    await parley.close();
    await mcp.close();
    weather.closeAllConnections();
    weather.close();
    await dispose();
  });

  const post = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${parley.url}${path}`, {
      method: 'POST',
      headers: { 'CONVAI-API-KEY': parley.apiKey, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    expect([answer.status < 300, text]).toEqual([true, text]);
    return JSON.parse(text);
  };

  it('functions and MCP servers answers with what they returned', async () => {
    const address = weather.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const draft = { charName: 'Gil', voiceType: 'nova', backstory: 'Gil keeps a lighthouse.' };
    const { charID } = CharId.parse(await post('/character/create', draft));
    const { function: made } = Made.parse(
      await post('/functions/create/', {
        name: 'Get Weather',
        description: 'Fetches current weather for a given city',
        language: 'http',
        source_code: JSON.stringify({
          url: `http://127.0.0.1:${port}/weather/{city}`,
          headers: { 'X-Key': 'very-private' },
        }),
        input_description: JSON.stringify({
          parameters: { city: { type: 'string', description: 'Name of the city' } },
          required: ['city'],
        }),
      }),
    );
    const link = { charID, functions: [{ id: made.function_id, status: 'active' }] };
    await post('/character/update', link);
    const { server } = Registered.parse(
      await post('/mcp/servers/create', { name: 'orders', url: mcp.url }),
    );
    const pair = { character_id: charID, server_id: server.server_id };
    await post('/mcp/characters/attach', pair);

    const caller = await calls.open({ body: { character_id: charID }, greeting: false });
    const told = answerText(await exchange(caller, 'How is the weather in Oslo?'));
    expect(asked).toEqual([{ url: '/weather/Oslo', key: 'very-private' }]);
    expect(told).toContain('seven degrees and sleet');
    const question = 'What is the status of order "A77"?';
    let status = answerText(await exchange(caller, question));
    // A conversation does not wait for servers to say what they have; on a busy machine the next one knows it.
    for (let tries = 0; mcp.calls.length === 0 && tries < 20; tries++) {
      await calls.leaveAll();
      const again = await calls.open({ body: { character_id: charID }, greeting: false });
      status = answerText(await exchange(again, question));
    }
    expect(mcp.calls).toEqual(['lookup_order(A77)']);
    expect(status).toContain('Order A77 is on its way by whale.');
    expect(parley.output).not.toContain('very-private');
  });
});
