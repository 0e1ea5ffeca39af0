import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import OpenAI from 'openai';
import * as z from 'zod';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rmsDbfs } from '../../src/audio/level.ts';
import { pcmFromBytes } from '../../src/audio/pcm-bytes.ts';
import { decodeWav, encodeWav } from '../../src/audio/wav.ts';
import { PublicError } from '../../src/errors/public-error.ts';
import { offlineRoutes } from '../../src/offline/offline-routes.ts';
import { listen, type OfflineServer } from '../../src/offline/server.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { InlineSynthesiser } from './inline-synthesiser.ts';
import { ScriptedRecogniser } from './scripted-recogniser.ts';

const synthesiser = new InlineSynthesiser();
const recogniser = new ScriptedRecogniser();
let server: OfflineServer;
let client: OpenAI;
let url: string;

beforeAll(async () => {
  server = await listen(offlineRoutes({ recogniser, synthesiser }), 0, silentLog);
  url = `http://127.0.0.1:${server.port}/v1`;
  client = new OpenAI({ apiKey: 'none', baseURL: url, maxRetries: 0 });
});
afterAll(() => server.close());
beforeEach(() => {
  recogniser.answer = () => Promise.resolve('hello there');
  recogniser.heard.length = 0;
  synthesiser.spoken.length = 0;
});

const ErrorBody = z.object({
  error: z.strictObject({
    message: z.string(),
    type: z.enum(['invalid_request_error', 'server_error']),
    param: z.string().nullable(),
    code: z.string(),
  }),
});

async function refusal(response: Response): Promise<[number, string]> {
  return [response.status, ErrorBody.parse(await response.json()).error.code];
}

function post(path: string, body: string, type = 'application/json'): Promise<Response> {
  return fetch(url + path, { method: 'POST', body, headers: { 'content-type': type } });
}

/** 300 ms of a buzz that comes and goes, like speech. */
function babble(sampleRateHz = 16_000, level = 8_000): Int16Array {
  return Int16Array.from({ length: sampleRateHz * 0.6 }, (_, i) => {
    const t = i / sampleRateHz;
    return Math.round(Math.sin(t * 2 * Math.PI * 5) ** 2 * Math.sin(t * 2 * Math.PI * 300) * level);
  });
}

function wavFile(samples = babble(), sampleRateHz = 16_000): File {
  return new File([encodeWav(samples, sampleRateHz)], 'speech.wav');
}

describe('chat completions', () => {
  const messages = [
    { role: 'system' as const, content: 'You are Bob.\nBob sells fish in Dover.' },
    { role: 'user' as const, content: 'Hello! What do you sell?' },
  ];

  it('streams the answer in pieces of a word, with its end and its usage', async () => {
    const stream = await client.chat.completions.create({
      model: 'any',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? '');
    expect(text.join('')).toBe('Hello. I sell fish in Dover.');
    expect(text.filter((piece) => piece !== '')).toHaveLength(6);
    expect(chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? [])).toEqual(['stop']);
    expect(chunks.at(-1)?.usage).toMatchObject({ completion_tokens: 6 });
  });

  it('answers whole when not asked to stream, the same each time', async () => {
    const ask = () => client.chat.completions.create({ model: 'any', messages });
    const [one, two] = [await ask(), await ask()];
    expect(one.choices[0]?.message.content).toBe('Hello. I sell fish in Dover.');
    expect(two.choices).toEqual(one.choices);
    expect(one.choices[0]?.finish_reason).toBe('stop');
  });

  it('stops after as many pieces as it may have, and at a stop word', async () => {
    const short = await client.chat.completions.create({
      model: 'm',
      messages,
      max_completion_tokens: 3,
    });
    expect(short.choices[0]).toMatchObject({
      message: { content: 'Hello. I sell' },
      finish_reason: 'length',
    });
    const stopped = await client.chat.completions.create({ model: 'm', messages, stop: ' fish' });
    expect(stopped.choices[0]).toMatchObject({
      message: { content: 'Hello. I sell' },
      finish_reason: 'stop',
    });
  });

  it('reads text in parts and passes over pictures and tool results', async () => {
    const answer = await client.chat.completions.create({
      model: 'm',
      messages: [
        messages[0] ?? { role: 'system', content: '' },
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: null, tool_calls: [] },
        { role: 'tool', content: 'what is your name', tool_call_id: 'x' },
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: 'data:,' } },
            { type: 'text', text: 'what is your name' },
          ],
        },
      ],
    });
    expect(answer.choices[0]?.message.content).toBe('My name is Bob.');
  });

  it('says that it cannot answer in JSON, rather than making some up', async () => {
    const asked = client.chat.completions.create({
      model: 'm',
      messages,
      response_format: { type: 'json_object' },
    });
    await expect(asked).rejects.toMatchObject({ status: 400, code: 'unsupported_response_format' });
  });
});

describe('speech', () => {
  it('streams raw 24 kHz PCM, a sentence at a time', async () => {
    const response = await client.audio.speech.create({
      model: 'any',
      voice: 'alloy',
      input: 'Hello there. How are you?',
      response_format: 'pcm',
    });
    const samples = pcmFromBytes(new Uint8Array(await response.arrayBuffer()));
    expect(samples.length / 24_000).toBeGreaterThan(1);
    expect(samples.length / 24_000).toBeLessThan(4);
    expect(rmsDbfs(samples)).toBeGreaterThan(-35);
    expect(synthesiser.spoken.map(({ sentence }) => sentence)).toEqual([
      'Hello there.',
      'How are you?',
    ]);
  });

  it('makes WAV with its true length', async () => {
    const response = await post(
      '/audio/speech',
      JSON.stringify({ input: 'Hello.', voice: 'onyx' }),
    );
    expect(response.headers.get('content-type')).toBe('audio/wav');
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(decodeWav(bytes)).toMatchObject({ sampleRateHz: 24_000 });
    expect(new DataView(bytes.buffer).getUint32(40, true)).toBe(bytes.length - 44);
  });

  it('speaks the language of the text, by its header or by its script', async () => {
    const speak = (input: string, language?: string) =>
      client.audio.speech.create(
        { model: 'm', voice: 'nova', input, response_format: 'pcm' },
        language === undefined ? {} : { headers: { 'content-language': language } },
      );
    await speak('Guten Tag.', 'de-AT');
    await speak('你好。');
    expect(synthesiser.spoken.map(({ voice }) => voice)).toEqual(['de+f3', 'cmn+f3']);
  });

  it('lists voices and languages', async () => {
    const Voices = z.object({
      voices: z.array(z.looseObject({ id: z.string() })),
      languages: z.array(z.looseObject({ id: z.string() })),
    });
    const told = Voices.parse(await (await fetch(`${url}/audio/voices`)).json());
    expect(told.voices.map(({ id }) => id)).toContain('alloy');
    expect(told.languages.map(({ id }) => id)).toEqual(expect.arrayContaining(['en-us', 'cmn']));
  });

  it.each([
    ['no text', { input: '', voice: 'a' }, 'nothing_to_say'],
    ['nothing but marks', { input: ' …?! ', voice: 'a' }, 'nothing_to_say'],
    ['too much text', { input: 'a'.repeat(4_097), voice: 'a' }, 'invalid_value'],
    [
      'a format it cannot make',
      { input: 'a', voice: 'a', response_format: 'mp3' },
      'unsupported_format',
    ],
    ['an impossible speed', { input: 'a', voice: 'a', speed: 9 }, 'invalid_value'],
    ['no fields', {}, 'invalid_value'],
  ])('refuses %s', async (_, body, code) => {
    expect(await refusal(await post('/audio/speech', JSON.stringify(body)))).toEqual([400, code]);
  });

  it('stops speaking when the client goes away', async () => {
    const gone = new AbortController();
    const input = 'This is a sentence. '.repeat(200);
    const response = await fetch(`${url}/audio/speech`, {
      method: 'POST',
      body: JSON.stringify({ input, voice: 'alloy', response_format: 'pcm' }),
      headers: { 'content-type': 'application/json' },
      signal: gone.signal,
    });
    await response.body?.getReader().read();
    gone.abort();
    // The next request comes after the server noticed: all it does is on one thread.
    await post('/audio/speech', JSON.stringify({ input: 'Next.', voice: 'alloy' }));
    expect(synthesiser.spoken.length).toBeLessThan(150);
  });
});

describe('transcriptions', () => {
  const transcribe = (form: Record<string, string | File>) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(form)) body.set(name, value);
    return fetch(`${url}/audio/transcriptions`, { method: 'POST', body });
  };

  it('gives the recogniser 16 kHz of one level, whatever the recording was', async () => {
    recogniser.answer = () => Promise.resolve('i am here');
    const quiet = wavFile(babble(48_000, 300), 48_000);
    const answer = await client.audio.transcriptions.create({ model: 'm', file: quiet });
    expect(answer.text).toBe('I am here');
    const [samples = new Int16Array()] = recogniser.heard;
    expect(samples.length / 16_000).toBeGreaterThan(0.6);
    expect(rmsDbfs(samples)).toBeGreaterThan(-30);
  });

  it('answers as plain text when asked to', async () => {
    const response = await transcribe({ file: wavFile(), response_format: 'text', language: 'en' });
    expect(await response.text()).toBe('hello there\n');
  });

  it.each([
    ['silence', new Int16Array(16_000)],
    ['steady noise', Int16Array.from({ length: 16_000 }, (_, i) => ((i * 7_919) % 2_003) - 1_001)],
  ])('finds no words in %s without asking the recogniser', async (_, samples) => {
    const response = await transcribe({ file: wavFile(samples) });
    expect(await response.json()).toEqual({ text: '' });
    expect(recogniser.heard).toHaveLength(0);
  });

  it('says that it does not understand other languages', async () => {
    const response = await transcribe({ file: wavFile(), language: 'zh' });
    expect(await refusal(response)).toEqual([400, 'language_not_supported']);
  });

  it.each([
    ['no file', {}, 400, 'invalid_value'],
    ['text for a file', { file: 'sound' }, 400, 'invalid_value'],
    ['what is no WAV', { file: new File(['ID3 sound'], 'a.mp3') }, 400, 'audio_unreadable'],
    [
      'more than a minute',
      { file: wavFile(new Int16Array(8_000 * 61), 8_000) },
      413,
      'audio_too_long',
    ],
  ])('refuses %s', async (_, form, status, code) => {
    expect(await refusal(await transcribe(form))).toEqual([status, code]);
  });

  it('passes on when to come back if too many are speaking', async () => {
    recogniser.answer = () =>
      Promise.reject(new PublicError(503, 'recogniser_busy', 'Busy.', { retryAfterSeconds: 1 }));
    const response = await transcribe({ file: wavFile() });
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await refusal(response)).toEqual([503, 'recogniser_busy']);
  });

  it('hides why it failed', async () => {
    recogniser.answer = () => Promise.reject(new Error('secret path'));
    const response = await transcribe({ file: wavFile() });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
  });
});

describe('embeddings', () => {
  it('come as the OpenAI client wants them', async () => {
    const input = ['the ferry to Dover', '去多佛的渡轮'];
    const { data } = await client.embeddings.create({ model: 'm', input, dimensions: 64 });
    expect(data.map(({ embedding }) => embedding.length)).toEqual([64, 64]);
    const plain = await client.embeddings.create({
      model: 'm',
      input,
      dimensions: 64,
      encoding_format: 'float',
    });
    for (const [i, { embedding }] of data.entries()) {
      expect(embedding[3]).toBeCloseTo(plain.data[i]?.embedding[3] ?? NaN, 6);
    }
  });

  it.each([[{ input: '' }], [{ input: [] }], [{ input: [1, 2] }], [{ input: 'a', dimensions: 3 }]])(
    'refuse %o',
    async (body) => {
      expect((await refusal(await post('/embeddings', JSON.stringify(body))))[0]).toBe(400);
    },
  );
});

describe('any request', () => {
  it('finds the models, which say that they are no language model', async () => {
    const { data } = await client.models.list();
    expect(JSON.stringify(data)).toContain('Not a language model');
    expect(await client.models.retrieve('espeak-ng')).toMatchObject({ id: 'espeak-ng' });
  });

  it('is refused in the shape of OpenAI when it is wrong', async () => {
    expect(await refusal(await fetch(`${url}/nothing`))).toEqual([404, 'unknown_url']);
    const wrongMethod = await fetch(`${url}/chat/completions`);
    expect(wrongMethod.headers.get('allow')).toBe('POST');
    expect(await refusal(wrongMethod)).toEqual([405, 'method_not_allowed']);
    expect(await refusal(await post('/embeddings', '{'))).toEqual([400, 'invalid_json']);
    expect(await refusal(await post('/embeddings', '[]'))).toEqual([400, 'invalid_value']);
    expect(await refusal(await post('/embeddings', 'x=1', 'text/plain'))).toEqual([
      415,
      'unsupported_media_type',
    ]);
    expect(await refusal(await post('/audio/transcriptions', '{}'))).toEqual([
      415,
      'unsupported_media_type',
    ]);
    expect(
      await refusal(await post('/audio/transcriptions', 'x', 'multipart/form-data; boundary=b')),
    ).toEqual([400, 'invalid_form']);
  });

  it('is refused before its body is read when that is too large', async () => {
    const body = JSON.stringify({ input: 'a'.repeat(70_000), voice: 'a' });
    expect(await refusal(await post('/audio/speech', body))).toEqual([413, 'body_too_large']);
  });

  it('is refused while it grows too large, if it does not say how large it is', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const upload = httpRequest(`${url}/audio/speech`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      });
      upload.on('response', (response) => resolve(response.resume().statusCode));
      upload.on('error', reject);
      upload.write('a'.repeat(70_000));
    });
    expect(status).toBe(413);
  });

  it('is refused for a host that is not this machine', async () => {
    const head = await new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', reject).once('data', (bytes) => {
        socket.destroy();
        resolve(bytes.toString());
      });
      socket.write('GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n');
    });
    expect(head).toMatch(/^HTTP\/1\.1 403 /);
  });
});
