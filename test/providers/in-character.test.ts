import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lifetime/clock.ts';
import type { Character } from '../../src/protocol/character.ts';
import { inCharacter } from '../../src/providers/in-character.ts';
import { openProviders } from '../../src/providers/open-providers.ts';
import type { StageSettings } from '../../src/protocol/provider-settings.ts';
import { aCharacter } from '../fakes/a-character.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';

let provider: ScriptedProvider;
beforeAll(async () => {
  provider = await ScriptedProvider.open();
});
afterAll(() => provider.close());
afterEach(() => {
  provider.llm.always({ kind: 'ok' });
});

const deps = { clock: systemClock };
const { signal } = new AbortController();
function providersOf(changes: Partial<Character>, own: StageSettings | null = null) {
  const stage = { baseUrl: provider.baseUrl, model: 'usual' };
  const usual = openProviders({ llm: stage, stt: stage, tts: stage }, deps);
  return inCharacter(usual, aCharacter(changes), own, deps);
}
async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
const ask = async ({ llm }: ReturnType<typeof providersOf>) =>
  (await all(llm.stream([{ role: 'user', content: 'Hi' }], { signal }))).join('');
const requested = () => {
  const request = provider.llm.requests.at(-1);
  return {
    model: request?.model,
    temperature: request?.['temperature'],
    effort: request?.['reasoning_effort'],
  };
};

describe('the model in a conversation', () => {
  it.each<[string, Partial<Character>, ReturnType<typeof requested>]>([
    ['of the configuration', {}, { model: 'usual', temperature: undefined, effort: undefined }],
    [
      'of the character, as it sets it',
      { model: 'gpt-4o', temperature: 0.42, reasoningEffort: 'low' },
      { model: 'gpt-4o', temperature: 0.42, effort: 'low' },
    ],
    [
      'without a level when it is auto',
      { temperature: 0, reasoningEffort: 'auto' },
      { model: 'usual', temperature: 0, effort: undefined },
    ],
  ])('is that %s', async (_, changes, expected) => {
    await ask(providersOf(changes));
    expect(requested()).toEqual(expected);
  });

  it('is asked with less where more is refused, and with that at once from then on', async () => {
    const character = providersOf({ model: 'reasoner', temperature: 0.4 });
    const from = provider.llm.requests.length;
    const refuse = { kind: 'refuse', status: 400 } as const;
    provider.llm.next(refuse);
    await ask(character);
    await ask(character);
    provider.llm.next(refuse);
    await ask(character);
    await ask(character);
    const asked = provider.llm.requests
      .slice(from)
      .map((request) => [request.model, request['temperature']]);
    expect(asked).toEqual([
      ['reasoner', 0.4],
      ['reasoner', undefined],
      ['reasoner', undefined],
      ['reasoner', undefined],
      ['usual', undefined],
      ['usual', undefined],
    ]);
  });

  it('fails when nothing is accepted, and forgets no wish for it', async () => {
    const character = providersOf({ model: 'gpt-4o', temperature: 0.4 });
    provider.llm.always({ kind: 'refuse', status: 401 });
    await expect(ask(character)).rejects.toMatchObject({ reason: 'refused' });
    provider.llm.always({ kind: 'ok' });
    await ask(character);
    expect(requested()).toMatchObject({ model: 'gpt-4o', temperature: 0.4 });
  });

  it('is the registered one with its key and its own name, and the usual one hears nothing', async () => {
    const other = await ScriptedProvider.open();
    other.reply = () => 'From the private one.';
    const { requests } = provider.llm.counts;
    const own = { baseUrl: other.baseUrl, model: 'gpt-4o-mini', apiKey: 'sk-own' };
    const character = providersOf({ model: 'my-turbo', temperature: 0.3 }, own);
    expect(await ask(character)).toBe('From the private one.');
    expect(other.arrivals.at(-1)?.authorization).toBe('Bearer sk-own');
    expect(other.llm.requests.at(-1)).toMatchObject({ model: 'gpt-4o-mini', temperature: 0.3 });
    expect(provider.llm.counts.requests).toBe(requests);
    await other.close();
  });

  it('is not reached at a private address that the operator has not named', async () => {
    const own = { baseUrl: provider.baseUrl, model: 'm' };
    const { requests } = provider.llm.counts;
    const port = String(provider.port);
    for (const baseUrl of [own.baseUrl, `http://localhost:${port}/v1`])
      await expect(
        ask(providersOf({}, { ...own, baseUrl, privateHosts: [] })),
      ).rejects.toMatchObject({ reason: 'unreachable' });
    expect(provider.llm.counts.requests).toBe(requests);
    await ask(providersOf({}, { ...own, privateHosts: ['127.0.0.1'] }));
    expect(provider.llm.counts.requests).toBe(requests + 1);
  });
});

describe('the ear of a character', () => {
  const samples = new Int16Array(1_600);
  const hear = async (changes: Partial<Character>) => {
    const { stt } = providersOf(changes);
    await stt.transcribe(samples, { language: 'en-US', signal });
    return provider.stt.requests.at(-1);
  };

  it('is told the words to expect', async () => {
    expect(await hear({ boostedWords: ['Skerry', 'Alma'] })).toMatchObject({
      prompt: 'Skerry, Alma',
    });
    expect(await hear({})).toMatchObject({ prompt: null });
  });

  it('knows the one language, and finds out which of several', async () => {
    expect(await hear({ languages: ['en-US', 'en-GB'] })).toMatchObject({ language: 'en' });
    expect(await hear({ languages: ['en-US', 'fr-FR'] })).toMatchObject({ language: null });
  });
});

describe('the voice of a character', () => {
  const say = async (changes: Partial<Character>, text: string, voice?: string) => {
    const { tts } = providersOf(changes);
    await all(tts.stream(text, { signal, voice, language: 'fr-FR' }));
    return provider.tts.requests.at(-1);
  };
  const pronunciations = [
    { word: 'OCMO', sayAs: 'aukmo', ipa: 'ɔkmow' },
    { word: 'York', sayAs: 'jork', ipa: '' },
    { word: 'New York', sayAs: 'noo york', ipa: '' },
    { word: 'C++', sayAs: 'see plus plus', ipa: '' },
    { word: '重庆', sayAs: 'chongqing', ipa: '' },
    { word: 'tomato', sayAs: '', ipa: 'təˈmɑːtəʊ' },
  ];

  it.each([
    ['OCMO, said OCMO.', 'aukmo, said aukmo.'],
    ['ocmo OCMOS xOCMO', 'ocmo OCMOS xOCMO'],
    ['New York and York', 'noo york and jork'],
    ['I like C++.', 'I like see plus plus.'],
    ['我在重庆住', '我在chongqing住'],
    ['A tomato.', 'A tomato.'],
  ])('reads %j as %j', async (text, read) => {
    expect(await say({ pronunciations }, text)).toMatchObject({ input: read });
  });

  it.each([
    ['coral', 'coral'],
    ['fable_OpenAi_c4d30a32-bcaf-4048-b7b0-0f2bb293205a', 'fable'],
    ['MALE', 'ash'],
    ['US FEMALE 2', 'coral'],
    ['af_bella', 'af_bella'],
  ])('asks the provider for %j as %j, in the language of the text', async (voice, asked) => {
    expect(await say({}, 'Hello.', voice)).toMatchObject({ voice: asked });
    expect(provider.arrivals.at(-1)?.language).toBe('fr-FR');
  });
});
