import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { answerText, Calls, exchange, speakQuickly } from './support/calls.ts';
import { Parley } from './support/server.ts';

const CharId = z.object({ charID: z.string() });

describe('a character made by the crafting APIs', () => {
  let provider: ScriptedProvider;
  let own: ScriptedProvider;
  let parley: Parley;
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    own = await ScriptedProvider.open();
    parley = await Parley.start({ provider, env: { PRIVATE_HOSTS: '127.0.0.1' } });
    speakQuickly(provider);
  });
  afterEach(() => calls.leaveAll());
  afterAll(async () => {
    await parley.close();
    await provider.close();
    await own.close();
    // Last: handles of rooms that were left are still being collected, and none may outlive the runtime.
    await dispose();
  });

  const post = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${parley.url}${path}`, {
      method: 'POST',
      headers: { 'CONVAI-API-KEY': parley.apiKey, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBeLessThan(300);
    return answer.json();
  };

  it('speaks as it was made: its story, model, temperature, voice and pronunciations', async () => {
    const { charID } = CharId.parse(
      await post('/character/create', {
        charName: 'Mindy',
        voiceType: 'US FEMALE 3',
        backstory: 'Mindy is a lawyer in New York.',
        boundaries: 'Never talk about politics.',
        model_group_name: 'gpt-4o',
        temperature: 0.42,
        pronunciation_metadata: {
          pronunciations: [{ word: 'OCMO', customPronunciation: 'aukmo' }],
        },
      }),
    );
    provider.reply = () => 'I work for OCMO.';
    const caller = await calls.open({ body: { character_id: charID }, greeting: false });
    expect(answerText(await exchange(caller, 'Whom do you work for?'))).toBe('I work for OCMO.');
    expect(provider.llm.requests.at(-1)).toMatchObject({ model: 'gpt-4o', temperature: 0.42 });
    const system = provider.llm.requests.at(-1)?.messages[0]?.content ?? '';
    expect(system).toContain('Mindy is a lawyer in New York.');
    expect(system).toContain('Never talk about politics.');
    expect(provider.tts.requests.at(-1)).toMatchObject({
      input: 'I work for aukmo.',
      voice: 'marin',
    });
    expect(await post('/character/chatHistory/list', { charID, limit: '-1' })).toHaveLength(1);
  });

  it("answers by the workspace's own model, whose key stands in no log", async () => {
    await post('/llm-models/register', {
      model_group_name: 'my-turbo',
      model_name: 'turbo-1',
      api_key: 'sk-very-private-1234',
      base_url: own.baseUrl,
    });
    const { charID } = CharId.parse(
      await post('/character/create', {
        charName: 'Turbo',
        voiceType: 'nova',
        backstory: 'Turbo is fast.',
        model_group_name: 'my-turbo',
      }),
    );
    own.reply = () => 'From my own model.';
    const { requests } = provider.llm.counts;
    const caller = await calls.open({ body: { character_id: charID }, greeting: false });
    expect(answerText(await exchange(caller, 'Who are you?'))).toBe('From my own model.');
    expect(own.llm.requests.at(-1)?.model).toBe('turbo-1');
    expect(own.arrivals.at(-1)?.authorization).toBe('Bearer sk-very-private-1234');
    expect(provider.llm.counts.requests).toBe(requests);
    expect(parley.output).not.toContain('sk-very-private');
  });
});
