import { afterEach, describe, expect, it } from 'vitest';
import { pcmBytes } from '../../../src/audio/pcm-bytes.ts';
import { encodeWav } from '../../../src/audio/wav.ts';
import { systemClock } from '../../../src/lifetime/clock.ts';
import { ProviderFailed } from '../../../src/providers/provider-failed.ts';
import { OpenAiTts } from '../../../src/providers/tts/openai.ts';
import type { TtsOptions } from '../../../src/providers/tts/tts.ts';
import { clientSubject } from '../../contracts/scripted-subject.ts';
import { expectFailure, rejection } from '../../contracts/subject.ts';
import { ttsContract } from '../../contracts/tts.ts';
import { ScriptedProvider } from '../../fakes/scripted-provider.ts';
import { hum } from '../../fakes/scripted-tts.ts';

ttsContract('OpenAiTts', async (behaviour) => {
  const subject = await clientSubject(
    (server) => server.tts,
    (settings, deps) => new OpenAiTts(settings, deps),
  );
  const { server } = subject;
  server.tts.always(behaviour);
  return {
    ...subject,
    speaks(soundMs) {
      server.sound = () => ({ samples: hum(soundMs), sampleRateHz: 24_000, container: 'pcm' });
    },
    lastText: () => server.tts.requests.at(-1)?.input ?? '',
  };
});

describe('OpenAiTts', () => {
  const servers: ScriptedProvider[] = [];
  const { signal } = new AbortController();

  async function open(voice?: string) {
    const server = await ScriptedProvider.open();
    servers.push(server);
    const settings = { baseUrl: server.baseUrl, model: 'tts', ...(voice ? { voice } : {}) };
    const tts = new OpenAiTts(settings, { clock: systemClock });
    const speak = async (text = 'Hello.', options: Omit<TtsOptions, 'signal'> = {}) => {
      const samples: number[] = [];
      for await (const frame of tts.stream(text, { ...options, signal })) {
        samples.push(...frame.samples);
      }
      return Int16Array.from(samples);
    };
    const answers = (body: string | Uint8Array, contentType = 'audio/pcm') =>
      server.tts.always({ kind: 'garbage', body, contentType });
    return { server, speak, answers };
  }

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  it('asks for PCM with the voice of the call, else of the settings, else the usual one', async () => {
    const { server, speak } = await open('nova');
    await speak('One.', { voice: 'echo', language: 'de-DE' });
    await speak('Two.');
    const other = await open();
    await other.speak('Three.');
    expect(server.tts.requests).toEqual([
      { model: 'tts', input: 'One.', voice: 'echo', response_format: 'pcm' },
      { model: 'tts', input: 'Two.', voice: 'nova', response_format: 'pcm' },
    ]);
    expect(server.arrivals.map(({ language }) => language)).toEqual(['de-DE', undefined]);
    expect(other.server.tts.requests[0]?.voice).toBe('alloy');
  });

  it.each([1, 3, 999, 4_801])(
    'gives the very samples when they arrive in pieces of %i bytes',
    async (pieceBytes) => {
      const { server, speak } = await open();
      const samples = hum(100);
      server.sound = () => ({ samples, sampleRateHz: 24_000, container: 'pcm' });
      server.soundPieceBytes = pieceBytes;
      expect(await speak()).toEqual(samples);
    },
  );

  it.each([16_000, 22_050, 24_000, 44_100])(
    'understands a WAV of %i Hz and speaks it at 24 kHz',
    async (sampleRateHz) => {
      const { server, speak } = await open();
      const samples = hum(500, sampleRateHz);
      server.sound = () => ({ samples, sampleRateHz, container: 'wav' });
      server.soundPieceBytes = 1_001;
      const heard = await speak();
      expect(heard.length).toBe(12_000);
      const expected = hum(500);
      for (let i = 200; i < 11_800; i++) {
        expect(Math.abs((heard[i] ?? 0) - (expected[i] ?? 0))).toBeLessThan(20);
      }
    },
  );

  it('knows a WAV by its first bytes, whatever it is called', async () => {
    const { speak, answers } = await open();
    answers(encodeWav(hum(100), 24_000), 'audio/mpeg');
    expect(await speak()).toEqual(hum(100));
  });

  it('takes rate and channels of raw PCM from its type', async () => {
    const { speak, answers } = await open();
    const stereo = Int16Array.from({ length: 3_200 }, (_, i) => hum(100, 16_000)[i >> 1] ?? 0);
    answers(pcmBytes(stereo), 'audio/L16; rate=16000; channels=2');
    expect((await speak()).length).toBe(2_400);
  });

  it('does not take silence that begins with -1 for compressed sound', async () => {
    const { speak, answers } = await open();
    const samples = Int16Array.of(-1, -1, 0, 1);
    answers(pcmBytes(samples));
    expect(await speak()).toEqual(samples);
  });

  const mp3 = Uint8Array.of(0xff, 0xfb, 0x90, 0x64, 0, 0);
  const noRate = encodeWav(hum(10), 24_000).fill(0, 24, 28);
  it.each([
    ['no sound', '', 'audio/pcm', 'garbage', true],
    ['a WAV without sound', encodeWav(new Int16Array(0), 24_000), 'audio/wav', 'garbage', true],
    ['half a sample at its end', Uint8Array.of(1, 2, 3, 4, 5), 'audio/pcm', 'brokeOff', true],
    ['MP3', mp3, 'application/octet-stream', 'garbage', false],
    ['a type of compressed sound', 'abcdefgh', 'audio/ogg', 'garbage', false],
    ['an object', '{"error":"no"}', 'application/json', 'garbage', false],
    ['a WAV of no rate', noRate, 'audio/wav', 'garbage', false],
    ['PCM of no usable rate', 'abcdefgh', 'audio/pcm; rate=7', 'garbage', false],
  ] as const)('says what is wrong with %s', async (_, body, type, reason, retryable) => {
    const { speak, answers } = await open();
    answers(body, type);
    expectFailure(await rejection(speak()), new ProviderFailed('tts', reason, retryable));
  });

  it.each(['', ' ... ', '?!', '🙂'])('asks nobody to say %o', async (text) => {
    const { server, speak } = await open();
    expect((await speak(text)).length).toBe(0);
    expect(server.tts.counts.requests).toBe(0);
  });

  it('cuts sound that never ends', async () => {
    const { server, speak } = await open();
    server.soundPieceBytes = 480_000;
    server.tts.always({ kind: 'endless' });
    expectFailure(await rejection(speak()), new ProviderFailed('tts', 'garbage', false));
    await server.tts.until((counts) => counts.aborted === 1);
  });

  it('keeps its connection from one sentence to the next', async () => {
    const { server, speak } = await open();
    for (let i = 0; i < 3; i++) await speak();
    expect(server.tts.counts).toMatchObject({ requests: 3, aborted: 0, completed: 3 });
    expect(server.connections).toBe(1);
  });
});
