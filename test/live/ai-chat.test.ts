import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { resample } from '../../src/audio/resample.ts';
import { decodeWav, encodeWav } from '../../src/audio/wav.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { startOffline, type Offline } from '../../src/offline/offline.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { Calls, exchange } from './support/calls.ts';
import { contentOverlap } from './support/likeness.ts';
import { Parley } from './support/server.ts';

const Answer = z.object({ data: z.object({ id: z.int(), content: z.string() }) });
const Issued = z.object({ data: z.object({ userId: z.string(), token: z.string() }) });
const History = z.object({
  data: z.object({ histories: z.array(z.object({ role: z.string(), content: z.string() })) }),
});

const Transcript = z.object({ text: z.string() });
const root = resolve(import.meta.dirname, '../..');
const cacheDir = process.env['PARLEY_CACHE_DIR'] ?? join(homedir(), '.cache/parley');

describe('an app on the embedded provider', () => {
  let offline: Offline;
  let parley: Parley;
  let token = '';
  const calls = new Calls(() => parley);

  const fetchAs = (bearer: string, path: string, body?: unknown) =>
    fetch(`${parley.url}/api/v1${path}`, {
      headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
  const say = async (characterId: number, content: string) => {
    const response = await fetchAs(token, '/chat', { characterId, content });
    const session = response.headers.get('x-character-session-id');
    return { ...Answer.parse(await response.json()).data, session };
  };
  const voiceOf = async (id: number) => {
    const response = await fetchAs(token, `/chat/voice?chatHistoryId=${id}`);
    expect(response.headers.get('content-type')).toBe('audio/wav');
    return decodeWav(new Uint8Array(await response.arrayBuffer()));
  };

  const transcribe = async ({ samples, sampleRateHz: fromHz }: ReturnType<typeof decodeWav>) => {
    const body = new FormData();
    const wav = encodeWav(resample(samples, { fromHz, toHz: 16_000 }), 16_000);
    body.set('file', new Blob([wav]), 'a.wav');
    body.set('language', 'en');
    const url = `${offline.baseUrl}/audio/transcriptions`;
    const response = await fetch(url, { method: 'POST', body });
    return Transcript.parse(await response.json()).text;
  };

  beforeAll(async () => {
    offline = await startOffline({ root, cacheDir, clock: systemClock, log: silentLog });
    const stages = ['LLM', 'STT', 'TTS'].flatMap((stage) => [
      [`${stage}_BASE_URL`, offline.baseUrl],
      [`${stage}_MODEL`, 'parley-offline'],
    ]);
    parley = await Parley.start({
      env: z.record(z.string(), z.string()).parse(Object.fromEntries(stages)),
    });
    const issued = await fetchAs(parley.apiKey, '/users', { externalId: 'phone-1', name: 'Tom' });
    token = Issued.parse(await issued.json()).data.token;
  });
  afterEach(() => calls.leaveAll());
  afterAll(async () => {
    await parley.close();
    await offline.close();
    // Last: handles of rooms that were left are still being collected, and none may outlive the runtime.
    await dispose();
  });

  it('goes on by voice where it was in writing, and shows both', async () => {
    const written = await say(1, '你是谁？');
    expect(written.content).not.toBe('');
    const caller = await calls.open({
      body: { character_id: '1', character_session_id: written.session },
      greeting: false,
    });
    await exchange(caller, '你的师父是谁？');
    const history = await fetchAs(token, '/chat/1');
    const { histories } = History.parse(await history.json()).data;
    expect(histories.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(histories[1]?.content).toBe(written.content);
    expect(histories[2]?.content).toBe('你的师父是谁？');
  });

  it('speaks Chinese as long as it takes to say it', async () => {
    const { id, content } = await say(11, '你是谁？');
    const { samples, sampleRateHz } = await voiceOf(id);
    const seconds = samples.length / sampleRateHz;
    // Mandarin has 4 to 6 syllables a second, and pauses.
    const syllables = content.match(/\p{Script=Han}/gu)?.length ?? 0;
    expect(syllables).toBeGreaterThan(3);
    expect(syllables / seconds).toBeGreaterThan(2);
    expect(syllables / seconds).toBeLessThan(8);
  });

  it('speaks English that a recogniser understands', async () => {
    const made = await fetch(`${parley.url}/character/create`, {
      method: 'POST',
      headers: { 'CONVAI-API-KEY': parley.apiKey, 'Content-Type': 'application/json' },
      body: JSON.stringify({
        ...{ charName: 'Ned', voiceType: 'alloy', language_code: 'en-US' },
        backstory: 'Ned lives in a small house.',
      }),
    });
    const { charID } = z.object({ charID: z.string() }).parse(await made.json());
    const shown: unknown = await (await fetchAs(token, `/character/${charID}`)).json();
    const { data: ned } = z.object({ data: z.object({ id: z.int() }) }).parse(shown);
    const { id, content } = await say(ned.id, 'Where do you live?');
    expect(content).toMatch(/house/);
    const heard = await transcribe(await voiceOf(id));
    expect(contentOverlap(content, heard)).toBeGreaterThan(0.5);
  });
});
