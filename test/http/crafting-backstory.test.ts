import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EventStream as EventReader } from '../../src/providers/event-stream.ts';
import { CraftingServer, ownerKey } from './crafting-server.ts';

let server: CraftingServer;
beforeAll(async () => {
  server = await CraftingServer.start();
});
afterAll(() => server.close());
afterEach(() => {
  server.provider.llm.always({ kind: 'ok' });
});

const path = '/character/generate-backstory';
const wish = { inputText: 'Lawyer in the New York City. Achiever. Stubborn.', charName: 'Mindy' };

/** As the documented example in Python: a form of text fields. */
const ask = (fields: Record<string, string> = wish, signal?: AbortSignal) =>
  fetch(`${server.app.url}${path}`, {
    method: 'POST',
    headers: { 'CONVAI-API-KEY': ownerKey, Accept: 'text/event-stream' },
    body: new URLSearchParams(fields),
    ...(signal && { signal }),
  });

describe('POST /character/generate-backstory', () => {
  it('streams the pieces of the model as they come, one event each, in the documented format', async () => {
    server.provider.reply = () => ['You step', ' off the train,', ' greeted.'];
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await answer.text()).toBe(
      'data: You step\n\ndata:  off the train,\n\ndata:  greeted.\n\n',
    );
  });

  it('keeps every space and line end: the data put together are the text', async () => {
    const pieces = ['One. ', '\n\n', ' Two', '\n', 'three', '  ', 'fünf 🚂 雨'];
    server.provider.reply = () => pieces;
    const events = new EventReader();
    const bytes = new Uint8Array(await (await ask()).arrayBuffer());
    expect(events.push(bytes)).toEqual(pieces);
  });

  it('shows the model the name and the description', async () => {
    server.provider.reply = () => 'x';
    await (await ask()).text();
    expect(server.provider.llm.requests.at(-1)?.messages.at(-1)?.content).toBe(
      `Name: Mindy\nDescription: ${wish.inputText}`,
    );
  });

  it('is 502 and no empty stream when the model writes nothing', async () => {
    server.provider.reply = () => [];
    const answer = await ask();
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({
      ERROR: 'The language model wrote nothing. Try other words.',
    });
  });

  it('takes JSON as well', async () => {
    server.provider.reply = () => 'A life.';
    const answer = await server.post(path, wish);
    expect(await answer.text()).toBe('data: A\n\ndata:  life.\n\n');
  });

  it('ends the call to the model when the client goes away', async () => {
    server.provider.reply = () => ['One.', ' Two.'];
    server.provider.llm.always({ kind: 'stall', afterPieces: 1 });
    const { aborted } = server.provider.llm.counts;
    const leaving = new AbortController();
    const answer = await ask(wish, leaving.signal);
    await answer.body?.getReader().read();
    leaving.abort();
    await server.provider.llm.until((counts) => counts.aborted === aborted + 1);
  });

  it('ends the call to the model when the client goes away before the first word', async () => {
    server.provider.llm.always({ kind: 'hang' });
    const { aborted, requests } = server.provider.llm.counts;
    const leaving = new AbortController();
    const asking = ask(wish, leaving.signal).catch(() => 'left');
    await server.provider.llm.until((counts) => counts.requests === requests + 1);
    leaving.abort();
    expect(await asking).toBe('left');
    await server.provider.llm.until((counts) => counts.aborted === aborted + 1);
  });

  it('says so when the model refuses, and breaks the answer off when it fails in the middle', async () => {
    server.provider.llm.always({ kind: 'refuse', status: 401 });
    const refused = await ask();
    expect([refused.status, await refused.json()]).toEqual([
      502,
      expect.objectContaining({ ERROR: expect.any(String) as unknown }),
    ]);
    server.provider.reply = () => ['One.', ' Two.'];
    server.provider.llm.always({ kind: 'breakOff', afterPieces: 1, by: 'reset' });
    await expect((await ask()).text()).rejects.toThrow();
  });

  it('refuses an unknown key in its own words', async () => {
    for (const key of ['wrong', '']) {
      const answer = await server.post(path, wish, { 'CONVAI-API-KEY': key });
      expect([answer.status, await answer.json()]).toEqual([
        401,
        { ERROR: 'Invalid API key provided.' },
      ]);
    }
  });

  it.each([
    ['no inputText', { charName: 'Mindy' }],
    ['no charName', { inputText: 'Lawyer.' }],
    ['an empty inputText', { inputText: ' ', charName: 'Mindy' }],
    ['too long an inputText', { inputText: 'x'.repeat(4_001), charName: 'Mindy' }],
    ['too long a charName', { inputText: 'Lawyer.', charName: 'x'.repeat(201) }],
  ])('refuses %s', async (_, fields) => {
    const { requests } = server.provider.llm.counts;
    const answer = await ask(fields);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ ERROR: expect.any(String) as unknown }),
    ]);
    expect(server.provider.llm.counts.requests).toBe(requests);
  });
});
