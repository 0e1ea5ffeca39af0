import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { resample } from '../../src/audio/resample.ts';
import { decodeWav, encodeWav } from '../../src/audio/wav.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { startOffline, type Offline } from '../../src/offline/offline.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { Calls, exchange } from './support/calls.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { contentOverlap } from './support/likeness.ts';
import { cacheDir, root } from './support/places.ts';
import { Parley } from './support/server.ts';

const Answer = z.object({ data: z.object({ id: z.int(), content: z.string() }) });
const Issued = z.object({ data: z.object({ userId: z.string(), token: z.string() }) });
const History = z.object({
  data: z.object({
    histories: z.array(z.object({ id: z.int(), role: z.string(), content: z.string() })),
  }),
});

const Transcript = z.object({ text: z.string() });
const containing = (text: string): unknown => expect.stringContaining(text);

describe('an app whose characters speak and hear with the embedded provider', () => {
  let offline: Offline;
  /** What they think. */
  let provider: ScriptedProvider;
  let parley: Parley;
  let token = '';
  let userId = '';
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
    provider = await ScriptedProvider.open();
    const stages = ['STT', 'TTS'].flatMap((stage) => [
      [`${stage}_BASE_URL`, offline.baseUrl],
      [`${stage}_MODEL`, 'parley-offline'],
    ]);
    parley = await Parley.start({
      provider,
      stages: ['LLM'],
      env: z.record(z.string(), z.string()).parse(Object.fromEntries(stages)),
    });
    const issued = await fetchAs(parley.apiKey, '/users', { externalId: 'phone-1', name: 'Tom' });
    ({ token, userId } = Issued.parse(await issued.json()).data);
  });
  afterEach(() => calls.leaveAll());
  afterAll(async () => {
    await parley.close();
    await offline.close();
    await provider.close();
    // Last: handles of rooms that were left are still being collected, and none may outlive the runtime.
    await dispose();
  });

  const historyOf = async (characterId: number) => {
    const answer = await fetchAs(token, `/chat/${characterId}`);
    const session = answer.headers.get('x-character-session-id');
    return { ...History.parse(await answer.json()).data, session };
  };

  it('goes on by voice where it was in writing: the character knows it, and the history shows both', async () => {
    provider.reply = () => '俺老孙乃齐天大圣。';
    const written = await say(1, '你是谁？');
    const caller = await calls.open({
      body: { character_id: '1', character_session_id: written.session, speaker_id: userId },
      greeting: false,
    });
    provider.reply = () => '俺的师父是菩提祖师。';
    await exchange(caller, '你的师父是谁？');
    expect(provider.llm.requests.at(-1)?.messages.slice(-3)).toMatchObject([
      { role: 'user', content: '你是谁？' },
      { role: 'assistant', content: '俺老孙乃齐天大圣。' },
      { role: 'user', content: containing('你的师父是谁？') },
    ]);
    const { histories } = await historyOf(1);
    expect(histories.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(histories[1]?.content).toBe(written.content);
    expect(histories[2]?.content).toBe('你的师父是谁？');
  });

  it('belongs to its user when it begins by voice, and what was said there can be heard again', async () => {
    const { session } = await historyOf(5);
    // Heard out: the greeting is the first thing that is said in it.
    const caller = await calls.open({
      body: { character_id: '5', character_session_id: session },
    });
    provider.reply = () => '我从现象开始，一步一步地推出结论。';
    await exchange(caller, '你好。');
    const { histories } = await historyOf(5);
    const answer = histories.findLast(({ role }) => role === 'assistant');
    expect(answer?.content ?? '').toContain('推出结论');
    const { samples } = await voiceOf(answer?.id ?? 0);
    expect(samples.length).toBeGreaterThan(0);
    const skill = await fetchAs(token, '/skill/tuiyan', { characterId: 2, skillId: 2 });
    expect(Answer.parse(await skill.json()).data.content).toContain('牛顿');
    // Somebody else's answer is not there for others.
    const other = await fetchAs(parley.apiKey, '/users', {});
    const { token: stranger } = Issued.parse(await other.json()).data;
    const refused = await fetchAs(stranger, `/chat/voice?chatHistoryId=${answer?.id ?? 0}`);
    expect(refused.status).toBe(404);
  });

  it('speaks Chinese as long as it takes to say it', async () => {
    provider.reply = () => '朕乃武则天，大周的皇帝，女子亦可为帝。有什么话，你便直说。';
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
        ...{ backstory: 'Ned lives in a small house.', listing: 'listed' },
      }),
    });
    const { charID } = z.object({ charID: z.string() }).parse(await made.json());
    const shown: unknown = await (await fetchAs(token, `/character/${charID}`)).json();
    const { data: ned } = z.object({ data: z.object({ id: z.int() }) }).parse(shown);
    provider.reply = () => 'I live in a small house near the water.';
    const { id, content } = await say(ned.id, 'Where do you live?');
    const heard = await transcribe(await voiceOf(id));
    expect(contentOverlap(content, heard)).toBeGreaterThan(0.5);
  });
});
