import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { rmsDbfs } from '../../../src/audio/level.ts';
import { pcmFromBase64, pcmFromBytes } from '../../../src/audio/pcm-bytes.ts';
import { decodeWav } from '../../../src/audio/wav.ts';
import { SpeechEvent } from '../../../src/protocol/speech-events.ts';
import { OfflineSubject, refusal } from '../offline-subject.ts';

const subject = new OfflineSubject();

describe('speech', () => {
  it('streams raw 24 kHz PCM, a sentence at a time', async () => {
    const response = await subject.client.audio.speech.create({
      model: 'any',
      voice: 'alloy',
      input: 'Hello there. How are you?',
      response_format: 'pcm',
    });
    const samples = pcmFromBytes(new Uint8Array(await response.arrayBuffer()));
    expect(samples.length / 24_000).toBeGreaterThan(1);
    expect(samples.length / 24_000).toBeLessThan(4);
    expect(rmsDbfs(samples)).toBeGreaterThan(-35);
    expect(subject.synthesiser.spoken.map(({ sentence }) => sentence)).toEqual([
      'Hello there.',
      'How are you?',
    ]);
  });

  const sse = { model: 'any', voice: 'alloy', input: 'Hello there. How are you?' } as const;
  const events = async (response: Response) => {
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    return (await response.text())
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => SpeechEvent.parse(JSON.parse(event.slice('data: '.length))));
  };

  it('streams events as OpenAI does', async () => {
    const response = await subject.client.audio.speech.create({ ...sse, stream_format: 'sse' });
    const got = await events(response);
    expect(new Set(got.map(({ type }) => type))).toEqual(
      new Set(['speech.audio.delta', 'speech.audio.done']),
    );
    expect(got.at(-1)?.type).toBe('speech.audio.done');
  });

  it('tells when words and phonemes sound to who prefers it, before each sentence', async () => {
    const response = await subject.client.audio.speech.create(
      { ...sse, response_format: 'pcm' },
      { headers: { prefer: 'respond-async, speech-timing' } },
    );
    expect(response.headers.get('preference-applied')).toBe('speech-timing');
    const got = await events(response);
    const timings = got.filter((event) => event.type === 'speech.timing');
    expect(timings.map(({ words }) => words.map(({ word }) => word))).toEqual([
      ['Hello', 'there.'],
      ['How', 'are', 'you?'],
    ]);
    expect(got[0]?.type).toBe('speech.timing');
    const sound = got.flatMap((event) =>
      event.type === 'speech.audio.delta' ? [...pcmFromBase64(event.audio)] : [],
    );
    const plain = await subject.client.audio.speech.create({ ...sse, response_format: 'pcm' });
    expect(Int16Array.from(sound)).toEqual(pcmFromBytes(new Uint8Array(await plain.arrayBuffer())));
  });

  it('makes WAV with its true length', async () => {
    const response = await subject.post(
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
      subject.client.audio.speech.create(
        { model: 'm', voice: 'nova', input, response_format: 'pcm' },
        language === undefined ? {} : { headers: { 'content-language': language } },
      );
    await speak('Guten Tag.', 'de-AT');
    await speak('你好。');
    expect(subject.synthesiser.spoken.map(({ voice }) => voice)).toEqual(['de+f3', 'cmn+f3']);
  });

  it('lists voices and languages', async () => {
    const Voices = z.object({
      voices: z.array(z.looseObject({ id: z.string() })),
      languages: z.array(z.looseObject({ id: z.string() })),
    });
    const told = Voices.parse(await (await fetch(`${subject.url}/audio/voices`)).json());
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
    expect(await refusal(await subject.post('/audio/speech', JSON.stringify(body)))).toEqual([
      400,
      code,
    ]);
  });

  it('stops speaking when the client goes away', async () => {
    const gone = new AbortController();
    const input = 'This is a sentence. '.repeat(200);
    const response = await fetch(`${subject.url}/audio/speech`, {
      method: 'POST',
      body: JSON.stringify({ input, voice: 'alloy', response_format: 'pcm' }),
      headers: { 'content-type': 'application/json' },
      signal: gone.signal,
    });
    await response.body?.getReader().read();
    gone.abort();
    // The next request comes after the server noticed: all it does is on one thread.
    await subject.post('/audio/speech', JSON.stringify({ input: 'Next.', voice: 'alloy' }));
    expect(subject.synthesiser.spoken.length).toBeLessThan(150);
  });
});
