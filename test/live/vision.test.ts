import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Camera } from '../../bench/camera.ts';
import { kindOf, type Caller } from '../../bench/caller.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { answerText, Calls, exchange, since, speakQuickly } from './support/calls.ts';
import { Parley } from './support/server.ts';

const red = [220, 20, 20] as const;
const blue = [20, 20, 220] as const;
const green = [20, 180, 20] as const;
const quickly = { sample_interval_secs: 0.1, frames_per_turn: 2, buffer_frames: 4 };
const seen = { connection_type: 'video', vision_input_config: quickly };

/** Sends it and waits for its acknowledgement. */
async function told(caller: Caller, message: Record<string, unknown>) {
  const from = since(caller);
  await caller.send(message);
  const { message: answer } = await caller.until(
    () =>
      caller.received
        .slice(from.fromIndex)
        .find(({ message: { event_type: type } }) => type === message['type']),
    'its acknowledgement',
  );
  return answer;
}

const extrasOf = (answer: Record<string, unknown>) => {
  const extras = answer['extras'];
  return typeof extras === 'object' && extras !== null ? { ...extras } : {};
};

const imagesOf = (message: { images?: string[] } | undefined) => message?.images ?? [];

async function outcome(caller: Caller): Promise<unknown> {
  const answer = await told(caller, { type: 'vision-status' });
  return Reflect.get(extrasOf(answer), 'vision_status_outcome');
}

/** Asks until the buffer is in this state. */
async function until(caller: Caller, wanted: string): Promise<void> {
  await expect.poll(() => outcome(caller), { interval: 100 }).toBe(wanted);
}

const ask = async (caller: Caller) => answerText(await exchange(caller, 'What do you see?'));

/** What it sees follows what is shown within a sample and a frame or two of the encoder. */
async function untilItSees(caller: Caller, colour: string): Promise<void> {
  await expect.poll(() => ask(caller), { interval: 0 }).toContain(colour);
}

async function shown(caller: Caller, paint: typeof red | typeof blue | typeof green) {
  const camera: Camera = await caller.openCamera();
  camera.show(paint);
  await until(caller, 'frames_available');
  return camera;
}

describe('what a user shows', () => {
  let parley: Parley;
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    parley = await Parley.start({ env: { AGENTS: '1' } });
  });
  afterEach(() => calls.leaveAll());
  afterAll(async () => {
    await parley.close();
  });

  const open = (body: Record<string, unknown> = seen) =>
    calls.open({
      microphone: false,
      greeting: false,
      body: { default_tts_enabled: false, ...body },
    });

  it('is seen as it is now, and no more once the camera is off', async () => {
    const caller = await open();
    expect(await outcome(caller)).toBe('no_active_video');
    const camera = await shown(caller, red);
    await untilItSees(caller, 'red');
    camera.show(blue);
    await untilItSees(caller, 'blue');
    camera.mute(true);
    await until(caller, 'no_active_video');
    camera.mute(false);
    await until(caller, 'frames_available');
    await camera.close();
    await until(caller, 'no_active_video');
    expect(await ask(caller)).not.toContain('blue');
  });

  it('is spoken about when a trigger says so, once for each id', async () => {
    const caller = await open();
    await shown(caller, green);
    await untilItSees(caller, 'green');
    const from = since(caller);
    const trigger = {
      type: 'vision-trigger',
      id: 't1',
      data: { respond_mode: 'must_respond', frame_indices: [-1, -1] },
    };
    expect(await told(caller, trigger)).toMatchObject({
      status: 'success',
      message: 'Vision trigger invoked LLM',
      extras: {
        llm_triggered: true,
        vision_trigger_outcome: 'attached',
        vision_frames_attached: 1,
        frame_binding: 'frame_indices',
        active_source_label: 'webcam',
        update_id: 't1',
        duplicate: false,
        vision_buffer: { enabled: true, status: 'frames_available', buffer_frames: 4 },
      },
    });
    await caller.message('bot-turn-completed', from);
    expect(answerText(caller.received.slice(from.fromIndex))).toContain('green');
    expect(await told(caller, trigger)).toMatchObject({ extras: { duplicate: true } });
    expect(
      caller.received
        .slice(from.fromIndex)
        .filter(({ message }) => kindOf(message) === 'bot-llm-started'),
    ).toHaveLength(1);
  });

  it('is the video of the name that was asked for', async () => {
    const caller = await open({ ...seen, video_track_name: 'unity-scene' });
    await shown(caller, red);
    const scene = await caller.openCamera({ name: 'unity-scene', source: 'screen' });
    scene.show(blue);
    await untilItSees(caller, 'blue');
    await scene.close();
    await untilItSees(caller, 'red');
  });

  it('is seen by the process that takes a session over', async () => {
    const caller = await open();
    await shown(caller, red);
    await untilItSees(caller, 'red');
    for (const pid of parley.agentPids) process.kill(pid, 'SIGKILL');
    const from = since(caller);
    const newest = async (): Promise<unknown> => {
      await caller.send({ type: 'vision-status' });
      const answers = caller.received.slice(from.fromIndex).map(({ message }) => extrasOf(message));
      const found: unknown = Reflect.get(answers.at(-1) ?? {}, 'vision_status_outcome');
      return found;
    };
    await expect.poll(newest, { timeout: 120_000, interval: 100 }).toBe('frames_available');
    await untilItSees(caller, 'red');
  });

  it('is refused in words where nobody asked to be seen', async () => {
    const caller = await open({});
    expect(await outcome(caller)).toBe('vision_not_enabled');
    expect(await told(caller, { type: 'vision-trigger', data: {} })).toMatchObject({
      status: 'error',
      extras: { vision_trigger_outcome: 'vision_not_enabled', vision_buffer: { enabled: false } },
    });
  });
});

describe('a model that takes no images', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    parley = await Parley.start({ provider });
    speakQuickly(provider);
  });
  afterEach(() => calls.leaveAll());
  afterAll(async () => {
    await dispose();
    await parley.close();
    await provider.close();
  });

  it('is asked without them from then on, and the client is told', async () => {
    provider.reply = () => 'I cannot see that.';
    const caller = await calls.open({ microphone: false, body: seen });
    await shown(caller, red);
    provider.llm.next({ kind: 'refuse', status: 400 });
    expect(answerText(await exchange(caller, 'What is this?'))).toBe('I cannot see that.');
    const [shownTo, asked] = provider.llm.requests.slice(-2);
    expect(shownTo?.messages.at(-1)?.content).toBe('What is this?');
    expect(imagesOf(shownTo?.messages.at(-1))[0]).toMatch(/^data:image\/jpeg;base64,/);
    expect(asked?.messages.at(-1)).toEqual({ role: 'user', content: 'What is this?' });
    const refusal = await told(caller, { type: 'vision-trigger' });
    expect(refusal['message']).toMatch(/takes no images/);
    expect(refusal).toMatchObject({
      status: 'error',
      extras: { vision_trigger_outcome: 'vision_not_enabled' },
    });
    expect(parley.output).not.toContain('base64');
  });
});
