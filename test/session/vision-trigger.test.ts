import { beforeEach, describe, expect, it } from 'vitest';
import { ServerResponse } from '../../src/protocol/server-messages.ts';
import { VisionInputConfig } from '../../src/protocol/vision-config.ts';
import { Sights } from '../../src/session/sights.ts';
import { Vision } from '../../src/session/vision.ts';
import { sightRules } from '../../src/sight/sight-rules.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import type { Floor } from '../../src/turn/reaction.ts';
import { CommandedSession } from '../fakes/commanded-session.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeVideo } from '../fakes/fake-video.ts';

const trigger = (data: Record<string, unknown> = {}) => ({ type: 'vision-trigger', data });

describe('what a client asks of what is seen', () => {
  let clock: FakeClock;
  let sights: Sights;
  let vision: Vision;
  let session: CommandedSession;
  let takesImages: boolean;

  function begin(config: Record<string, unknown> = {}): void {
    clock = new FakeClock();
    takesImages = true;
    const given = VisionInputConfig.parse({ frames_per_turn: 3, buffer_frames: 4, ...config });
    const rules = sightRules(given);
    sights = new Sights({ clock, log: silentLog, rules, trackName: 'camera' });
    vision = new Vision(sights, () => takesImages, clock);
    session = new CommandedSession({}, null, null, vision);
  }
  beforeEach(() => {
    begin();
  });

  const camera = new FakeVideo('1');
  /** A camera that was on for so long. */
  async function shown(ms: number): Promise<void> {
    for (let told = 0; told < 2; told++) sights.update('ann', [camera.offer]);
    await clock.advance(ms);
  }
  const ids = () => sights.of('ann')?.sight.frames.map(({ pts }) => pts) ?? [];
  const pictures = async () => {
    const looked = (await vision.look('ann')?.pictures()) ?? [];
    return looked.map(({ jpeg: [number] }) => number);
  };
  const first = () => camera.taken - ids().length + 1;
  const send = (message: unknown) => {
    const answer = session.send(message);
    expect(ServerResponse.parse(answer)).toEqual(answer);
    return answer;
  };
  const reacted = () => session.calls.filter((call) => call.startsWith('react'));

  it('tells the state of the buffer, in the words of the documentation', async () => {
    const outcome = () => send({ type: 'vision-status' }).extras?.['vision_status_outcome'];
    expect(outcome()).toBe('no_active_video');
    sights.update('ann', [camera.offer]);
    expect(outcome()).toBe('buffer_empty');
    await shown(1_200);
    const [oldest, newest] = ids();
    expect(send({ type: 'vision-status', id: 's1' })).toEqual({
      type: 'server-response',
      event_type: 'vision-status',
      status: 'success',
      message: 'Vision status',
      extras: {
        vision_status_outcome: 'frames_available',
        active_source: 'ann',
        active_source_label: 'webcam',
        last_frame_age_ms: 200,
        update_id: 's1',
        duplicate: false,
        vision_buffer: {
          enabled: true,
          status: 'frames_available',
          retained_frames: 2,
          buffer_frames: 4,
          frames_per_turn: 3,
          first_frame_pts: oldest,
          last_frame_pts: newest,
          last_frame_age_ms: 200,
          first_frame_index: -2,
          source_active: true,
          source_label: 'webcam',
          selected_participant: 'ann',
          sampling_windows: [],
        },
      },
    });
    takesImages = false;
    expect(outcome()).toBe('vision_not_enabled');
  });

  it('attaches fresh frames and lets the character speak about them', async () => {
    await shown(5_000);
    const answer = send(trigger({ respond_mode: 'auto', text: 'What changed?' }));
    expect(answer).toMatchObject({
      status: 'success',
      message: 'Vision trigger invoked LLM',
      extras: {
        requested_respond_mode: 'auto',
        actual_respond_mode: 'auto',
        requested_run_llm: 'auto',
        actual_run_llm: 'auto',
        llm_triggered: true,
        downgraded: false,
        downgrade_reason: null,
        interrupted: false,
        vision_trigger_outcome: 'attached',
        vision_attach_outcome: 'attached',
        vision_frames_attached: 3,
        vision_image_tokens_est: 3 * 425,
        attached_frame_pts: ids().slice(-3),
        frame_binding: 'default',
        requested_frame_indices: null,
        requested_frame_ids: null,
      },
    });
    expect(reacted()).toEqual([
      'react({"text":"What changed?","mayAbstain":true,"looks":true}, "whenIdle")',
    ]);
  });

  const floors: [string, Floor, Record<string, unknown>][] = [
    [
      'auto',
      'speaking',
      { vision_trigger_outcome: 'frames_available', downgrade_reason: 'bot_busy' },
    ],
    ['auto', 'user', { vision_frames_attached: 0, downgrade_reason: 'user_speaking' }],
    ['must_respond', 'speaking', { interrupted: true, llm_triggered: true, downgraded: false }],
    ['must_respond', 'user', { vision_frames_attached: 3, downgrade_reason: 'user_speaking' }],
    ['silent', 'speaking', { vision_frames_attached: 3, downgraded: false, llm_triggered: false }],
  ];
  it.each(floors)('with %s and the floor %s answers %j', async (mode, floor, extras) => {
    await shown(5_000);
    session.floor = floor;
    expect(send(trigger({ respond_mode: mode })).extras).toMatchObject(extras);
  });

  it('silently primes the next answer, with frames that have left the buffer since', async () => {
    await shown(2_500);
    const primed = [first(), first() + 1, first() + 2];
    send(trigger({ respond_mode: 'silent', text: 'Remember this.' }));
    expect(session.context.told.events).toEqual(['Remember this.']);
    await clock.advance(20_000);
    const all = await pictures();
    expect(all.slice(0, 3)).toEqual(primed);
    expect(all).toHaveLength(6);
    vision.answered();
    expect(await pictures()).toHaveLength(3);
  });

  it('leaves nothing attached when it may not speak now', async () => {
    await shown(2_500);
    session.floor = 'speaking';
    send(trigger({ respond_mode: 'auto' }));
    await clock.advance(20_000);
    expect(await pictures()).toHaveLength(3);
  });

  it('adds up what was looked at where the client wants that, to twenty at most', async () => {
    begin({ replace_previous_vision_context: false });
    await shown(2_500);
    for (let answers = 0; answers < 12; answers++) {
      vision.look('ann');
      vision.answered();
      await clock.advance(4_000);
    }
    expect(await pictures()).toHaveLength(20);
  });

  it('attaches frames by name, stale ones too, and says when one is gone', async () => {
    await shown(3_500);
    const [oldest = 0] = ids();
    const [, second] = ids();
    camera.isMuted = false;
    clock.standStill(60_000);
    expect(send(trigger({ frame_ids: [second], frame_indices: [0] })).extras).toMatchObject({
      attached_frame_pts: [second],
      frame_binding: 'frame_ids',
      requested_frame_ids: [second],
      requested_frame_indices: [0],
    });
    expect(send(trigger({ frame_ids: [oldest - 1] }))).toMatchObject({
      status: 'error',
      extras: { vision_trigger_outcome: 'frame_id_evicted', vision_frames_attached: 0 },
    });
    expect(send(trigger()).extras).toMatchObject({
      vision_trigger_outcome: 'stale_skipped',
      vision_attach_outcome: 'stale_skipped',
    });
  });

  it('attaches frames once, however often the same ones are wanted before they are looked at', async () => {
    await shown(2_500);
    const both = [camera.taken - 1, camera.taken];
    const wanted = trigger({ frame_ids: ids().slice(-2) });
    expect(send(wanted).extras).toMatchObject({
      vision_trigger_outcome: 'attached',
      vision_frames_attached: 2,
    });
    const known = {
      ...{ vision_trigger_outcome: 'deduped_stub', vision_attach_outcome: 'deduped_stub' },
      ...{ vision_frames_attached: 0, vision_image_tokens_est: 0 },
      attached_frame_pts: ids().slice(-2),
    };
    expect(send(wanted)).toMatchObject({
      message: 'Vision frames are attached already',
      extras: known,
    });
    expect((await pictures()).slice(-2)).toEqual(both);
    vision.answered();
    // An answer has looked at them, and no later prompt has them.
    expect(send(wanted).extras).toMatchObject({ vision_trigger_outcome: 'attached' });
    expect(send(trigger({ frame_indices: [-1] })).extras).toMatchObject({
      vision_trigger_outcome: 'attached',
    });
    expect(send(trigger({ respond_mode: 'must_respond', frame_indices: [-1] }))).toMatchObject({
      message: 'Vision trigger invoked LLM',
      extras: { llm_triggered: true, vision_trigger_outcome: 'deduped_stub' },
    });
  });

  it('need not attach again what answers look at until the client says otherwise', async () => {
    begin({ replace_previous_vision_context: false });
    await shown(2_500);
    const wanted = trigger({ frame_ids: ids().slice(0, 1) });
    send(wanted);
    vision.look('ann');
    vision.answered();
    expect(send(wanted).extras).toMatchObject({ vision_trigger_outcome: 'deduped_stub' });
  });

  it('takes an empty list for none', async () => {
    await shown(3_500);
    expect(send(trigger({ frame_ids: [], frame_indices: [-1] }))).toMatchObject({
      status: 'success',
      extras: { vision_frames_attached: 1 },
    });
  });

  it.each([
    [{ respond_mode: 'loud' }, 'invalid_respond_mode', 'invalid'],
    [{ frame_ids: ['a'] }, 'invalid_frame_ids', 'silent'],
    [{ frame_indices: 7 }, 'invalid_frame_indices', 'silent'],
    [{ frame_indices: [0.5] }, 'invalid_frame_indices', 'silent'],
    [{ frame_indices: [4] }, 'invalid_frame_indices_range', 'silent'],
    [{ frame_indices: [4, 9] }, 'invalid_frame_indices_range', 'silent'],
  ])('refuses %j as %s and does nothing', async (data, outcome, mode) => {
    await shown(3_500);
    expect(send(trigger(data))).toMatchObject({
      status: 'error',
      extras: {
        vision_trigger_outcome: outcome,
        requested_respond_mode: mode,
        llm_triggered: false,
        vision_frames_attached: 0,
        vision_buffer: { retained_frames: 4 },
      },
    });
    expect(session.calls).toEqual([]);
  });

  it('is no error where there is nothing to be seen, and speaks about a text all the same', () => {
    expect(send(trigger({ respond_mode: 'must_respond' }))).toMatchObject({
      status: 'success',
      extras: { vision_trigger_outcome: 'no_active_video', downgraded: true, llm_triggered: false },
    });
    expect(session.calls).toEqual([]);
    expect(
      send(trigger({ respond_mode: 'must_respond', text: 'Say hello.' })).extras,
    ).toMatchObject({
      llm_triggered: true,
      vision_frames_attached: 0,
      vision_trigger_outcome: 'no_active_video',
    });
    expect(reacted()).toHaveLength(1);
  });

  it('is an error where no image can reach the model', async () => {
    await shown(2_500);
    takesImages = false;
    expect(send(trigger({ text: 'Look!' }))).toMatchObject({
      status: 'error',
      message: expect.stringContaining('takes no images') as unknown,
      extras: { vision_trigger_outcome: 'vision_not_enabled', vision_buffer: { enabled: false } },
    });
    expect(vision.look('ann')).toBeUndefined();
  });

  it('does once what is repeated, also in a process that took the session over', async () => {
    await shown(2_500);
    const once = trigger({ respond_mode: 'must_respond', update_id: 'v1' });
    const answer = send(once);
    const again = send(once);
    expect(again).toEqual({ ...answer, extras: { ...answer.extras, duplicate: true } });
    expect(reacted()).toHaveLength(1);
    const elsewhere = new CommandedSession({}, session.kept.at(-1) ?? null, null, vision);
    expect(elsewhere.send(once)).toMatchObject({
      status: 'success',
      extras: { duplicate: true, update_id: 'v1' },
    });
    expect(elsewhere.calls).toEqual([]);
  });

  it('is refused when it comes too often', async () => {
    await shown(2_500);
    const outcomes = Array.from(
      { length: 7 },
      () => send(trigger()).extras?.['vision_trigger_outcome'],
    );
    expect(outcomes.filter((outcome) => outcome === 'rate_limited')).toHaveLength(2);
    await clock.advance(1_000);
    expect(send(trigger()).extras?.['vision_trigger_outcome']).toBe('attached');
  });
});
