import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lifetime/clock.ts';
import { OpenAiStt } from '../../../src/providers/stt/openai.ts';
import { clientSubject } from '../../contracts/scripted-subject.ts';
import { sttContract } from '../../contracts/stt.ts';
import { expectFailure, rejection } from '../../contracts/subject.ts';
import { ScriptedProvider } from '../../fakes/scripted-provider.ts';
import { ProviderFailed } from '../../../src/providers/provider-failed.ts';

sttContract('OpenAiStt', async (behaviour) => {
  const subject = await clientSubject(
    (server) => server.stt,
    (settings, deps) => new OpenAiStt(settings, deps),
  );
  const { server } = subject;
  server.stt.always(behaviour);
  return {
    ...subject,
    hears(text) {
      server.transcript = () => text;
    },
    lastSamples: () => server.stt.requests.at(-1)?.samples.length ?? 0,
  };
});

describe('OpenAiStt', () => {
  const servers: ScriptedProvider[] = [];
  const { signal } = new AbortController();
  const samples = Int16Array.of(1, -2, 3);

  async function open() {
    const server = await ScriptedProvider.open();
    servers.push(server);
    const settings = { baseUrl: server.baseUrl, apiKey: 'secret-key', model: 'whisper' };
    return { server, stt: new OpenAiStt(settings, { clock: systemClock }) };
  }

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  it('sends the samples unchanged at 16 kHz with model, key and language', async () => {
    const { server, stt } = await open();
    await stt.transcribe(samples, { language: 'zh-Hans-CN', signal });
    const request = server.stt.requests[0];
    expect(request).toEqual({
      model: 'whisper',
      language: 'zh',
      prompt: null,
      samples,
      sampleRateHz: 16_000,
    });
    expect(server.arrivals[0]?.authorization).toBe('Bearer secret-key');
  });

  it.each([undefined, '', 'english', '123'])('sends no language for %o', async (language) => {
    const { server, stt } = await open();
    await stt.transcribe(samples, { language, signal });
    expect(server.stt.requests[0]?.language).toBeNull();
  });

  it.each(['{"text":NaN}', '{"text":null}', '{}', '', '[]', '{"text":"cut o'])(
    'takes %o for garbage that may pass',
    async (body) => {
      const { server, stt } = await open();
      server.stt.always({ kind: 'garbage', body, contentType: 'application/json' });
      const thrown = await rejection(stt.transcribe(samples, { signal }));
      expectFailure(thrown, new ProviderFailed('stt', 'garbage', true));
    },
  );

  it('cuts an answer that never ends', async () => {
    const { server, stt } = await open();
    server.transcript = () => 'x'.repeat(100_000);
    server.stt.always({ kind: 'endless' });
    const thrown = await rejection(stt.transcribe(samples, { signal }));
    expectFailure(thrown, new ProviderFailed('stt', 'garbage', false));
    await server.stt.until((counts) => counts.aborted === 1);
  });

  it('says that nobody is there', async () => {
    const { server, stt } = await open();
    await server.close();
    const thrown = await rejection(stt.transcribe(samples, { signal }));
    expectFailure(thrown, new ProviderFailed('stt', 'unreachable', true));
  });

  it('keeps its connection from one utterance to the next', async () => {
    const { server, stt } = await open();
    for (let i = 0; i < 3; i++) await stt.transcribe(samples, { signal });
    expect(server.stt.counts).toMatchObject({ requests: 3, aborted: 0, completed: 3 });
    expect(server.connections).toBe(1);
  });

  it('does not carry the key to where a redirect points', async () => {
    const { server, stt } = await open();
    const headers = { location: `${server.baseUrl}/elsewhere` };
    server.stt.always({ kind: 'refuse', status: 307, headers });
    const thrown = await rejection(stt.transcribe(samples, { signal }));
    expectFailure(thrown, new ProviderFailed('stt', 'refused', false));
    expect(server.arrivals.length).toBe(1);
  });
});
