import { afterEach, describe, expect, it } from 'vitest';
import { pcmBase64 } from '../../../src/audio/pcm-bytes.ts';
import type { SpeechFrame } from '../../../src/frames/speech-timing.ts';
import { systemClock } from '../../../src/lifetime/clock.ts';
import { ProviderFailed } from '../../../src/providers/provider-failed.ts';
import { OpenAiTts } from '../../../src/providers/tts/openai.ts';
import { ScriptedProvider } from '../../fakes/scripted-provider.ts';
import { hum } from '../../fakes/scripted-tts.ts';

const servers: ScriptedProvider[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function frames(...events: unknown[]): Promise<SpeechFrame[]> {
  const server = await ScriptedProvider.open();
  servers.push(server);
  const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  server.tts.always({ kind: 'garbage', body, contentType: 'text/event-stream; charset=utf-8' });
  const tts = new OpenAiTts({ baseUrl: server.baseUrl, model: 'm' }, { clock: systemClock });
  const { signal } = new AbortController();
  const got: SpeechFrame[] = [];
  for await (const frame of tts.stream('Hello.', { signal })) got.push(frame);
  return got;
}

const delta = (samples: Int16Array) => ({ type: 'speech.audio.delta', audio: pcmBase64(samples) });
const done = {
  type: 'speech.audio.done',
  usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
};
const timing = {
  type: 'speech.timing',
  words: [
    { word: 'there', start: 0.2, end: 0.5 },
    { word: 'Hello', start: 0, end: 0.2 },
  ],
  phonemes: [{ phoneme: 'h', start: 0.1, end: 0.05 }],
};

describe('speech as events', () => {
  it('is sound, with its times at the first frame they belong to', async () => {
    const got = await frames(
      { type: 'new.kind' },
      delta(hum(20)),
      timing,
      delta(hum(30)),
      delta(hum(10)),
      done,
    );
    expect(got.map(({ samples }) => samples)).toEqual([hum(20), hum(30), hum(10)]);
    expect(got.map((frame) => frame.timing)).toEqual([
      undefined,
      {
        words: [
          { text: 'Hello', startMs: 0, endMs: 200 },
          { text: 'there', startMs: 200, endMs: 500 },
        ],
        phonemes: [{ ipa: 'h', startMs: 100, endMs: 100 }],
      },
      undefined,
    ]);
  });

  it.each([
    ['without an end', [delta(hum(20))], 'brokeOff'],
    ['without sound', [timing, done], 'garbage'],
    ['of impossible times', [{ ...timing, words: [{ word: 'a', start: -1, end: 1 }] }], 'garbage'],
    ['that are no objects', ['hello'], 'garbage'],
  ])('fails for events %s', async (_, events, reason) => {
    const failure = await frames(...events).catch((cause: unknown) => cause);
    expect(failure).toBeInstanceOf(ProviderFailed);
    expect(failure).toMatchObject({ reason, retryable: true });
  });
});
