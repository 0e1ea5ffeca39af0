import { dispose } from '@livekit/rtc-node';
import type * as z from 'zod';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { kindOf, type Caller, type Received } from '../../bench/caller.ts';
import { arkitColumns } from '../../src/face/arkit.ts';
import { metahumanColumns } from '../../src/face/metahuman.ts';
import {
  BlendshapeChunkEvent,
  BlendshapesCancelEvent,
  BlendshapeStatsEvent,
  VisemesEvent,
} from '../../src/protocol/face-events.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { Calls, dataOf, exchange, kindsOf, since, soundOf } from './support/calls.ts';
import { Parley } from './support/server.ts';

/** The messages of a kind, in order. */
function events<S extends z.ZodType>(messages: Received[], schema: S): z.infer<S>[] {
  return messages.flatMap(({ message }) => {
    const parsed = schema.safeParse(dataOf(message));
    return parsed.success ? [parsed.data] : [];
  });
}

/** Where the marks of speech are that every client reads. */
function marks(messages: Received[]): { from: number; to: number } {
  const kinds = messages.map(({ message }) => String(message['type']));
  return { from: kinds.indexOf('bot-started-speaking'), to: kinds.indexOf('bot-stopped-speaking') };
}

const both = { audio_config: { output: { audio_routing: 'both' } } };

describe('the face of a character', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    // The embedded voice, which tells when its phonemes sound.
    parley = await Parley.start({ provider, stages: ['LLM', 'STT'] });
  });

  beforeEach(() => {
    provider.reply = () => 'Down the hill, past the mill. You cannot miss the big harbour.';
  });

  afterEach(() => calls.leaveAll());

  afterAll(async () => {
    await dispose();
    await parley.close();
    await provider.close();
  });

  /** A client for whom the greeting was cut short. */
  async function call(body: Record<string, unknown>): Promise<Caller> {
    const caller = await calls.open({ body, microphone: false, greeting: false });
    await caller.message('bot-started-speaking');
    await caller.send({ type: 'interrupt-bot' });
    await caller.message('bot-turn-completed');
    return caller;
  }

  it.each([
    ['arkit', 61, 60, arkitColumns.indexOf('JawOpen')],
    ['mha', 251, 50, metahumanColumns.indexOf('jawOpen')],
  ])('comes in %s frames that fit the sound to the frame', async (format, width, fps, jaw) => {
    const blendshape_config = { format, output_fps: fps, chunk_size: 10 };
    const caller = await call({ ...both, blendshape_provider: 'neurosync', blendshape_config });
    const messages = await exchange(caller, 'Where is the harbour?');
    const frames = events(messages, BlendshapeChunkEvent).flatMap(({ blendshapes }) => blendshapes);
    const soundS = soundOf(messages).length / 24_000;
    expect(soundS).toBeGreaterThan(2);
    expect(Math.abs(frames.length / fps - soundS)).toBeLessThanOrEqual(1 / fps);
    expect(frames.every(({ length }) => length === width)).toBe(true);

    const kind = 'chunked-neurosync-blendshapes';
    const { from, to } = marks(messages);
    const kinds = kindsOf(messages);
    expect(kinds.indexOf(kind)).toBeGreaterThan(from);
    expect(kinds.lastIndexOf(kind)).toBeLessThan(to);
    const [stats] = events(messages, BlendshapeStatsEvent);
    expect(stats?.stats).toMatchObject({
      total_blendshapes: frames.length,
      total_audio_bytes: soundOf(messages).length * 2,
      fps,
      was_interrupted: false,
    });

    const jaws = frames.map((frame) => frame[jaw] ?? 0);
    expect(Math.max(...jaws)).toBeGreaterThan(0.25);
    // The voice ends with a pause of 240 ms.
    expect(Math.max(...jaws.slice(-5))).toBeLessThan(0.01);
  });

  it('comes as visemes for clients that show what they get', async () => {
    const caller = await call({ ...both, blendshape_provider: 'ovr' });
    const messages = await exchange(caller, 'Where is the harbour?');
    const mouths = events(messages, VisemesEvent).map(({ visemes }) => visemes);
    const soundS = soundOf(messages).length / 24_000;
    expect(Math.abs(mouths.length / 50 - soundS)).toBeLessThanOrEqual(1 / 50);
    const { from, to } = marks(messages);
    const kinds = kindsOf(messages);
    expect(kinds.indexOf('visemes')).toBeGreaterThan(from);
    expect(kinds.lastIndexOf('visemes')).toBeLessThan(to);
    for (const shape of ['pp', 'nn', 'th', 'aa', 'ih', 'ou'] as const) {
      expect(Math.max(...mouths.map((mouth) => mouth[shape])), shape).toBeGreaterThan(0.4);
    }
    expect(mouths.at(-1)?.sil).toBe(1);
  });

  it('is cancelled where the voice is cut', async () => {
    const caller = await call({
      ...both,
      blendshape_provider: 'neurosync',
      blendshape_config: { format: 'arkit', frames_buffer_duration: 0.5 },
    });
    // So long that nobody is late who cuts it.
    provider.reply = () =>
      'Down the hill, past the mill, over the bridge, along the river, around the church, through the ' +
      'village, and then straight on until you see the masts. You cannot miss the big harbour.';
    const start = since(caller);
    await caller.send({ type: 'user_text_message', data: { text: 'Where is the harbour?' } });
    const heardMs = () => soundOf(caller.received.slice(start.fromIndex)).length / 24;
    await caller.until(() => heardMs() > 1_000 || undefined, 'a second of the answer');
    await caller.send({ type: 'interrupt-bot' });
    await caller.message('bot-turn-completed', start);
    const messages = caller.received.slice(start.fromIndex);
    const [cancel] = events(messages, BlendshapesCancelEvent);
    const through = cancel?.valid_through_frame_index ?? 0;
    const sent = events(messages, BlendshapeChunkEvent).flatMap(({ blendshapes }) => blendshapes);
    expect(sent.length).toBeGreaterThan(through + 5);
    // Sound is sent a little before it is heard.
    expect(through / 60).toBeGreaterThan(heardMs() / 1000 - 0.25);
    expect(through / 60).toBeLessThan(heardMs() / 1000 + 0.05);
    const kinds = messages.map(({ message }) => kindOf(message));
    const at = kinds.indexOf('neurosync-blendshapes-cancel');
    expect(kinds.slice(at)).not.toContain('chunked-neurosync-blendshapes');
    expect(at).toBeLessThan(marks(messages).to);
    expect(events(messages, BlendshapeStatsEvent)[0]?.stats.was_interrupted).toBe(true);

    provider.reply = () => 'Past the mill.';
    // What was heard ends with a word by the voice's own times, and is what the model learns.
    await exchange(caller, 'Go on.');
    const heard = provider.llm.requests.at(-1)?.messages.at(-2)?.content ?? '';
    expect(heard).toMatch(/^Down the hill/);
    expect(heard).not.toContain('harbour');
  });

  it('goes on, counted anew, when another process takes the session over', async () => {
    const caller = await call({
      ...both,
      blendshape_provider: 'neurosync',
      blendshape_config: { format: 'arkit', output_fps: 50 },
    });
    for (const pid of parley.agentPids) process.kill(pid, 'SIGKILL');
    const from = since(caller);
    const isServed = async () => {
      await caller.send({ type: 'reset-idle-timer' });
      return kindsOf(caller.received.slice(from.fromIndex)).includes('server-response');
    };
    await expect.poll(isServed, { timeout: 40_000, interval: 100 }).toBe(true);
    const messages = await exchange(caller, 'Where is the harbour?');
    const chunks = events(messages, BlendshapeChunkEvent);
    expect(chunks[0]).toMatchObject({ neurosync_turn_id: 1, epoch: 2, start_frame_index: 0 });
    const frames = chunks.flatMap(({ blendshapes }) => blendshapes);
    const soundS = soundOf(messages).length / 24_000;
    expect(soundS).toBeGreaterThan(2);
    expect(Math.abs(frames.length / 50 - soundS)).toBeLessThanOrEqual(1 / 50);
    const marked = messages.map(({ message }) => dataOf(message)).filter(({ label }) => label);
    expect(marked.map(({ type, epoch }) => [type, epoch])).toEqual([
      ['bot-started-speaking', 2],
      ['bot-stopped-speaking', 2],
    ]);
  });

  it('is not made of an answer in writing', async () => {
    const body = { blendshape_provider: 'neurosync', default_tts_enabled: false };
    const caller = await calls.open({ body, microphone: false });
    const kinds = kindsOf(await exchange(caller, 'Where is the harbour?'));
    expect(kinds.filter((kind) => kind.includes('blendshape'))).toEqual([]);
  });
});
