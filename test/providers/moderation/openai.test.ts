import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lifetime/clock.ts';
import { OpenAiModeration } from '../../../src/providers/moderation/openai.ts';
import { ProviderFailed } from '../../../src/providers/provider-failed.ts';
import { expectFailure, rejection } from '../../contracts/subject.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { ScriptedProvider } from '../../fakes/scripted-provider.ts';

describe('OpenAiModeration', () => {
  const servers: ScriptedProvider[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function open(clock = systemClock) {
    const server = await ScriptedProvider.open();
    servers.push(server);
    const settings = { baseUrl: server.baseUrl, apiKey: 'secret-key', model: 'judge' };
    const moderation = new OpenAiModeration(settings, { clock });
    const { signal } = new AbortController();
    return { server, judge: (text: string) => moderation.judge(text, { signal }) };
  }

  it('has nothing against what is not flagged', async () => {
    const { server, judge } = await open();
    expect(await judge('Good morning.')).toBeNull();
    expect(server.moderation.requests).toEqual([{ model: 'judge', input: 'Good morning.' }]);
  });

  it('says what for a text is flagged', async () => {
    const { server, judge } = await open();
    server.flags = () => ['harassment', 'violence/graphic'];
    expect(await judge('…')).toBe('Flagged: harassment, violence/graphic');
  });

  it.each([
    [{ kind: 'refuse', status: 401 } as const, 'refused', false],
    [{ kind: 'refuse', status: 500 } as const, 'refused', true],
    [{ kind: 'garbage', body: '<html>' } as const, 'garbage', true],
    [{ kind: 'garbage', body: '{"results":[]}' } as const, 'garbage', true],
  ] as const)('says what went wrong: %j', async (behaviour, reason, retryable) => {
    const { server, judge } = await open();
    server.moderation.always(behaviour);
    expectFailure(
      await rejection(judge('Hi')),
      new ProviderFailed('moderation', reason, retryable),
    );
  });

  it('is given up soon, for an answer waits for it', async () => {
    const clock = new FakeClock();
    const { server, judge } = await open(clock);
    server.moderation.always({ kind: 'hang' });
    const judged = rejection(judge('Hi'));
    await server.moderation.until(({ requests }) => requests === 1);
    await clock.advance(2_000);
    expectFailure(await judged, new ProviderFailed('moderation', 'timeout', true));
  });
});
