import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeWav, encodeWav } from '../../src/audio/wav.ts';
import { Responded } from '../../src/protocol/get-response.ts';
import { hum } from '../fakes/scripted-tts.ts';
import { CraftingServer, ownerKey, strangerKey } from './crafting-server.ts';

/* The examples of action-api.md and interaction-api.md, with a real character. */
let server: CraftingServer;
let charID: string;
beforeAll(async () => {
  server = await CraftingServer.start();
}, 60_000);
beforeEach(async () => {
  charID = await server.character({ name: 'Bartender' });
  server.provider.reply = () => 'Sure! What would you like?';
  server.provider.calls = () => [];
  server.provider.transcript = () => 'What is your name?';
});
afterAll(() => server.close());

const actions = 'Play, Serve, Give, Call Cab';
const objects = [
  { name: 'Mojito (Can be: Served|Cannot be: Played, Given)', description: 'A VIRGIN Mojito.' },
  { name: 'White Russian (Can be: Served|Cannot be: Played, Given)', description: '' },
  { name: 'Book (Can be: Given|Cannot be: Played, Served)', description: 'A book.' },
];
const characters = [
  { name: 'User', bio: "It's the guy using the Action API." },
  { name: 'Action-API-Doc-Bot', bio: 'Helping create docs here at Convai.' },
];
/** As the page's example sends it: a form. */
const ask = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${server.app.url}/character/getResponse`, {
    method: 'POST',
    headers: { 'CONVAI-API-KEY': ownerKey, ...headers },
    body: new URLSearchParams({ charID, sessionID: '-1', voiceResponse: 'false', ...fields }),
  });
const answered = async (fields: Record<string, string>) => {
  const answer = await ask(fields);
  return { status: answer.status, body: Responded.parse(await answer.json()) };
};
const withActions = {
  userText: 'Can you give me a drink?',
  actions,
  classification: 'multistep',
  objects: JSON.stringify(objects),
  characters: JSON.stringify(characters),
};
const lastAsked = () => server.provider.llm.requests.at(-1);
const systemOf = () => lastAsked()?.messages[0]?.content ?? '';

describe('a question and its answer', () => {
  it('is answered with the steps that the character takes, as the page shows them', async () => {
    server.provider.calls = () => [
      {
        name: 'emit_actions',
        json: JSON.stringify({
          actions: [
            { name: 'Serve', target: objects[0]?.name },
            { name: 'Serve', target: objects[1]?.name },
          ],
        }),
      },
    ];
    const { status, body } = await answered(withActions);
    expect(status).toBe(200);
    expect(body).toEqual({
      userQuery: 'Can you give me a drink?',
      charID,
      sessionID: body.sessionID,
      text: 'Sure! What would you like?',
      response: 'Sure! What would you like?',
      audio: null,
      sample_rate: null,
      actionSequence: ' \nServe Mojito\n Serve White Russian',
    });
    expect(systemOf()).toContain('Play, Serve, Give, Call Cab');
  });

  it('has the same steps from a model that takes no functions, and none that were not offered', async () => {
    server.provider.reply = () =>
      'Here you are. [do: Serve Mojito] [do: Serve the wall] [do: Call Cab]';
    const { body } = await answered(withActions);
    expect(body.text).toBe('Here you are.');
    expect(body.actionSequence).toBe(' \nServe Mojito\n Call Cab');
  });

  it('may use the actions that the character was made with', async () => {
    charID = await server.character({ actions: ['Wave'] });
    server.provider.reply = () => 'Hello! [do: Wave]';
    const { body } = await answered({ userText: 'Hello' });
    expect(body.actionSequence).toBe(' \nWave');
  });

  it('is talk alone where nothing can be done', async () => {
    server.provider.reply = () => 'Hello! [do: Wave]';
    const { body } = await answered({ userText: 'Hello', actions: '', objects: '' });
    expect(body).toMatchObject({ text: 'Hello!', actionSequence: '' });
    expect(lastAsked()?.tools).toBeUndefined();
    expect(systemOf()).not.toContain('How you act');
  });

  it('goes on in the conversation whose id it got, which the chat history has', async () => {
    const { body } = await answered({ userText: 'I am Tom.' });
    const { sessionID } = body;
    expect((await answered({ userText: 'Who am I?', sessionID })).body.sessionID).toBe(sessionID);
    expect(lastAsked()?.messages.map(({ content }) => content)).toContain('I am Tom.');
    expect(await server.json('/character/chatHistory/list', { charID })).toMatchObject([
      { sessionID },
    ]);
    expect((await answered({ userText: 'Hello' })).body.sessionID).not.toBe(sessionID);
  });

  it('is spoken in the voice of the character when that is wanted', async () => {
    const { body } = await answered({ userText: 'What is your name ?', voiceResponse: 'True' });
    const sound = decodeWav(Buffer.from(body.audio ?? '', 'base64'));
    expect(sound.samples.length).toBeGreaterThan(1_000);
    expect(body.sample_rate).toBe(String(sound.sampleRateHz));
  });

  it('is told without a voice when the synthesiser fails', async () => {
    server.provider.tts.always({ kind: 'refuse', status: 401 });
    const { status, body } = await answered({ userText: 'Hello', voiceResponse: 'True' });
    server.provider.tts.always({ kind: 'ok' });
    expect([status, body.text, body.audio]).toEqual([200, 'Sure! What would you like?', null]);
  });
});

describe('a spoken question', () => {
  const spoken = (wav: Uint8Array<ArrayBuffer>, fields: Record<string, string> = {}) => {
    const body = new FormData();
    const sent = { charID, sessionID: '-1', responseLevel: '5', voiceResponse: 'False', ...fields };
    for (const [name, value] of Object.entries(sent)) body.set(name, value);
    body.set('file', new Blob([wav]), 'audio.wav');
    const headers = { 'CONVAI-API-KEY': ownerKey };
    return fetch(`${server.app.url}/character/getResponse`, { method: 'POST', headers, body });
  };
  const aSecond = encodeWav(hum(1_000), 24_000);

  it('is heard, and answered', async () => {
    const answer = await spoken(aSecond);
    expect(Responded.parse(await answer.json())).toMatchObject({
      userQuery: 'What is your name?',
      text: 'Sure! What would you like?',
    });
    expect(server.provider.stt.requests.at(-1)).toMatchObject({ sampleRateHz: 16_000 });
  });

  it('comes alone: both kinds, and none, are refused in the words of the page', async () => {
    const ERROR = "Expecting only one; either an audio file or user's query as a string";
    for (const answer of [await spoken(aSecond, { userText: 'And this' }), await ask({})])
      expect([answer.status, await answer.json()]).toEqual([400, { ERROR }]);
  });

  it.each([
    ['no WAV', new Uint8Array(2_000)],
    ['without sound', encodeWav(new Int16Array(0), 16_000)],
    ['of an odd rate', encodeWav(new Int16Array(1_000), 1_234_567)],
    ['of two minutes', encodeWav(new Int16Array(8_000 * 120), 8_000)],
  ])('is refused with a reason when it is %s', async (_, wav) => {
    const answer = await spoken(wav);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { ERROR: expect.stringMatching(/^The audio file cannot be read: /) as unknown },
    ]);
  });

  it('in which nothing is said is refused', async () => {
    server.provider.transcript = () => '';
    const answer = await spoken(aSecond);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { ERROR: 'No words were heard in the audio file.' },
    ]);
  });
});

describe('a question that cannot be answered', () => {
  it('is 404 with the words of the page when the model fails, and nothing is kept of it', async () => {
    server.provider.llm.always({ kind: 'refuse', status: 401 });
    const answer = await ask({ userText: 'Hello' });
    server.provider.llm.always({ kind: 'ok' });
    expect([answer.status, await answer.json()]).toEqual([
      404,
      { charID, text: expect.stringMatching(/^process_failure, error: /) as unknown },
    ]);
    expect(await server.json('/character/chatHistory/list', { charID })).toEqual([]);
  });

  it("is 404 with another workspace's character, and without a key 401", async () => {
    const foreign = await ask({ userText: 'Hello' }, { 'CONVAI-API-KEY': strangerKey });
    expect([foreign.status, await foreign.json()]).toMatchObject([404, { charID }]);
    const nobody = await ask({ userText: 'Hello' }, { 'CONVAI-API-KEY': 'wrong' });
    expect([nobody.status, await nobody.json()]).toEqual([
      401,
      { API_ERROR: 'Invalid API key provided.' },
    ]);
  });

  it.each([
    [{ charID: '' }],
    [{ userText: 'x'.repeat(8_001) }],
    [{ voiceResponse: 'perhaps' }],
    [{ stream: 'True' }],
    [{ actions: 'Serve', objects: 'no list' }],
    [{ actions: 'Serve', objects: '[{"description": "no name"}]' }],
    [{ actions: 'x'.repeat(257) }],
    [{ actions: 'Serve', characters: '{"name": "User"}' }],
  ])('is refused with a reason: %j', async (fields: Record<string, string>) => {
    const answer = await ask({ userText: 'Hello', ...fields });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { ERROR: expect.any(String) as unknown },
    ]);
  });
});
