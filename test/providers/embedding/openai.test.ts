import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lifetime/clock.ts';
import { OpenAiEmbedding } from '../../../src/providers/embedding/openai.ts';
import { ProviderFailed } from '../../../src/providers/provider-failed.ts';
import { expectFailure, rejection } from '../../contracts/subject.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { ScriptedProvider } from '../../fakes/scripted-provider.ts';

describe('OpenAiEmbedding', () => {
  const servers: ScriptedProvider[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function open(clock = systemClock) {
    const server = await ScriptedProvider.open();
    servers.push(server);
    const settings = { baseUrl: server.baseUrl, apiKey: 'secret-key', model: 'vectors' };
    const embedding = new OpenAiEmbedding(settings, { clock });
    const embed = (texts: string[], signal = new AbortController().signal) =>
      embedding.embed(texts, { signal });
    return { server, embedding, embed };
  }

  it('gives a vector for each text, in their order, whatever order they come in', async () => {
    const { server, embedding, embed } = await open();
    expect(await embed(['a', 'bcd', 'ef'])).toEqual([
      [1, 1],
      [3, 1],
      [2, 1],
    ]);
    expect(server.embeddings.requests).toEqual([
      { model: 'vectors', input: ['a', 'bcd', 'ef'], encoding_format: 'float' },
    ]);
    expect(server.arrivals[0]?.authorization).toBe('Bearer secret-key');
    expect(embedding).toMatchObject({ model: 'vectors', leastCosine: undefined });
  });

  const one = (index: number, embedding: number[]) => ({ index, embedding });
  it.each([
    ['one too few', [one(0, [1, 2])]],
    ['one too many', [one(0, [1]), one(1, [2]), one(2, [3])]],
    ['the same one twice', [one(0, [1]), one(5, [2])]],
    ['vectors of different lengths', [one(0, [1]), one(1, [2, 3])]],
    ['vectors of nothing', [one(0, []), one(1, [])]],
  ])('takes %s for no answer', async (_what, data) => {
    const { server, embed } = await open();
    server.embeddings.always({ kind: 'garbage', body: JSON.stringify({ data }) });
    expectFailure(
      await rejection(embed(['a', 'b'])),
      new ProviderFailed('embeddings', 'garbage', true),
    );
  });

  it.each([
    [{ kind: 'refuse', status: 401 } as const, 'refused', false],
    [{ kind: 'refuse', status: 429 } as const, 'refused', true],
    [{ kind: 'refuse', status: 500 } as const, 'refused', true],
    [{ kind: 'reset' } as const, 'unreachable', true],
  ] as const)('says what went wrong: %j', async (behaviour, reason, retryable) => {
    const { server, embed } = await open();
    server.embeddings.always(behaviour);
    expectFailure(
      await rejection(embed(['a'])),
      new ProviderFailed('embeddings', reason, retryable),
    );
  });

  it('is given up when nothing comes', async () => {
    const clock = new FakeClock();
    const { server, embed } = await open(clock);
    server.embeddings.always({ kind: 'hang' });
    const failed = rejection(embed(['a']));
    await server.embeddings.until(({ requests }) => requests === 1);
    await clock.advance(30_000);
    expectFailure(await failed, new ProviderFailed('embeddings', 'timeout', true));
  });

  it('ends the request when whoever asks has no use for it any more', async () => {
    const { server, embed } = await open();
    server.embeddings.always({ kind: 'hang' });
    const gone = new AbortController();
    const failed = rejection(embed(['a'], gone.signal));
    await server.embeddings.until(({ requests }) => requests === 1);
    gone.abort(new Error('answered without it'));
    await failed;
    await server.embeddings.until(({ aborted }) => aborted === 1);
  });
});
