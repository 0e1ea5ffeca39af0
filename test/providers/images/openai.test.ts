import { afterEach, describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../../src/lifetime/clock.ts';
import { mostPictureBytes, OpenAiImages } from '../../../src/providers/images/openai.ts';
import { ProviderFailed } from '../../../src/providers/provider-failed.ts';
import { expectFailure, rejection } from '../../contracts/subject.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { onePixel, ScriptedProvider } from '../../fakes/scripted-provider.ts';

describe('OpenAiImages', () => {
  const servers: ScriptedProvider[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function open({ clock = systemClock, size }: { clock?: Clock; size?: string } = {}) {
    const server = await ScriptedProvider.open();
    servers.push(server);
    const settings = { baseUrl: server.baseUrl, apiKey: 'secret-key', model: 'painter' };
    const images = new OpenAiImages({ ...settings, ...(size && { size }) }, { clock });
    const { signal } = new AbortController();
    return { server, make: (prompt: string) => images.make(prompt, { signal }) };
  }
  const base64Of = (bytes: Uint8Array) => ({ b64_json: Buffer.from(bytes).toString('base64') });
  const headed = (head: string) => Buffer.concat([Buffer.from(head, 'latin1'), Buffer.alloc(20)]);

  it('asks for one picture of the configured size', async () => {
    const { server, make } = await open({ size: '512x512' });
    const made = await make('a horse');
    expect(server.images.requests).toEqual([
      { model: 'painter', prompt: 'a horse', n: 1, size: '512x512' },
    ]);
    expect(made).toMatchObject({ kind: 'bytes', type: 'image/png' });
    expect(made.kind === 'bytes' && Buffer.from(made.bytes).equals(onePixel)).toBe(true);
  });

  it('leaves the size to the endpoint where none is configured', async () => {
    const { server, make } = await open();
    await make('a horse');
    expect(server.images.requests[0]).not.toHaveProperty('size');
  });

  it.each([
    ['image/jpeg', headed('\xff\xd8\xff\xe0')],
    ['image/webp', headed('RIFF\x10\x00\x00\x00WEBP')],
    ['image/gif', headed('GIF89a')],
  ])('knows %s by its first bytes', async (type, bytes) => {
    const { server, make } = await open();
    server.picture = () => base64Of(bytes);
    expect(await make('x')).toMatchObject({ kind: 'bytes', type });
  });

  it('takes the address of a picture', async () => {
    const { server, make } = await open();
    server.picture = () => ({ url: 'https://images.example/1.png' });
    expect(await make('x')).toEqual({ kind: 'url', url: 'https://images.example/1.png' });
  });

  it.each([
    ['the address of something else', { url: 'javascript:alert(1)' }],
    ['no address', { url: '' }],
    ['a page', base64Of(Buffer.from('<svg onload="alert(1)">'))],
    ['nothing', { b64_json: '' }],
    ['too large a picture', base64Of(Buffer.concat([onePixel, Buffer.alloc(mostPictureBytes)]))],
  ])('refuses %s', async (_what, picture) => {
    const { server, make } = await open();
    server.picture = () => picture;
    expectFailure(await rejection(make('x')), new ProviderFailed('images', 'garbage', false));
  });

  it.each([
    [{ kind: 'refuse', status: 400 } as const, 'refused', false],
    [{ kind: 'refuse', status: 429 } as const, 'refused', true],
    [{ kind: 'reset' } as const, 'unreachable', true],
    [{ kind: 'garbage', body: '{"data":[]}' } as const, 'garbage', true],
  ] as const)('says what went wrong: %j', async (behaviour, reason, retryable) => {
    const { server, make } = await open();
    server.images.always(behaviour);
    expectFailure(await rejection(make('x')), new ProviderFailed('images', reason, retryable));
  });

  it('is given up in the end', async () => {
    const clock = new FakeClock();
    const { server, make } = await open({ clock });
    server.images.always({ kind: 'hang' });
    const making = rejection(make('x'));
    await server.images.until(({ requests }) => requests === 1);
    await clock.advance(180_000);
    expectFailure(await making, new ProviderFailed('images', 'timeout', true));
  });
});
