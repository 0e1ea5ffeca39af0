import { describe, expect, it } from 'vitest';
import { arkitColumns } from '../../src/face/arkit.ts';
import { speakingRateHz } from '../../src/frames/pcm.ts';
import { SessionSettings } from '../../src/protocol/connect.ts';
import { ClientBoundMessage, type WrappedEvent } from '../../src/protocol/server-messages.ts';
import { Voice } from '../../src/room/voice.ts';
import type { VoiceSink } from '../../src/room/voice-sink.ts';
import { FaceLine } from '../../src/session/face-line.ts';
import { faceWish } from '../../src/session/face-wish.ts';
import { VoiceWithFace } from '../../src/session/voice-with-face.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { hum } from '../fakes/scripted-tts.ts';

const never = new AbortController().signal;
const frame = (ms: number) => ({ samples: hum(ms), sampleRateHz: speakingRateHz });

/** A track: what it was handed is taken back when cleared. */
const track: VoiceSink = {
  takesBack: true,
  heldSamples: 0,
  hand: () => undefined,
  flush: () => undefined,
  clear: () => undefined,
};

type Told = { atMs: number; event: WrappedEvent };

function scene(config: object = {}, provider = 'neurosync', epoch = 1) {
  const clock = new FakeClock();
  const settings = SessionSettings.parse({
    blendshape_provider: provider,
    blendshape_config: config,
  });
  const wish = faceWish(settings);
  if (!wish) throw new Error('a face is wanted');
  const told: Told[] = [];
  const face = new FaceLine(wish, clock, epoch, (message, isVoid) => {
    if (isVoid()) return;
    const parsed = ClientBoundMessage.parse(JSON.parse(JSON.stringify(message)));
    expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(64_000);
    if (parsed.type === 'server-message') told.push({ atMs: clock.nowMs(), event: parsed.data });
  });
  const voice = new VoiceWithFace(new Voice(clock, [track, face]), face);
  const chunks = () =>
    told.flatMap(({ atMs, event }) =>
      event.type === 'chunked-neurosync-blendshapes' ? [{ atMs, ...event }] : [],
    );
  const frames = () => chunks().flatMap(({ blendshapes }) => blendshapes);
  const begin = (id = 's:1') => {
    voice.startTurn();
    face.begin(id);
  };
  const finish = () => face.finish(voice.playedMs());
  /** Says so much, to its end. */
  const say = async (ms: number, pieceMs = 100) => {
    begin();
    const writing = (async () => {
      for (let at = 0; at < ms; at += pieceMs) {
        await voice.write(frame(Math.min(pieceMs, ms - at)), never);
      }
      await voice.drained(never);
    })();
    await clock.advance(ms + 500);
    await writing;
    finish();
  };
  return { clock, voice, face, told, chunks, frames, begin, finish, say };
}

describe('a face', () => {
  it.each([
    [{ format: 'arkit', output_fps: 60 }, 61, 60],
    [{ format: 'mha', output_fps: 50, chunk_size: 7 }, 251, 50],
    [{ format: 'mha', output_fps: 90, chunk_size: 30 }, 251, 90],
    [{ format: 'visemes', output_fps: 30, chunk_size: 1 }, 15, 30],
  ])('has as many frames as its sound: %j', async (config, width, fps) => {
    const { say, frames, chunks, told } = scene(config);
    await say(2_345);
    expect(frames()).toHaveLength(Math.ceil((2_345 * fps) / 1000));
    expect(frames().every(({ length }) => length === width)).toBe(true);
    let next = 0;
    for (const { start_frame_index, blendshapes, fps: told } of chunks()) {
      expect(start_frame_index).toBe(next);
      expect(told).toBe(fps);
      next += blendshapes.length;
    }
    expect(told.at(-1)?.event).toEqual({
      type: 'blendshape-turn-stats',
      stats: {
        total_blendshapes: frames().length,
        total_audio_bytes: 2_345 * 48,
        total_turn_duration_ms: 2_845,
        total_audio_duration_ms: 2_345,
        fps,
        was_interrupted: false,
      },
    });
    expect(told.some(({ event }) => event.type === 'neurosync-blendshapes-cancel')).toBe(false);
  });

  it('is less than a frame off after thirty seconds', async () => {
    const { say, frames } = scene({ format: 'arkit', output_fps: 60 });
    await say(30_000);
    expect(frames()).toHaveLength(1_800);
  });

  it('is shown in step with the voice, never late', async () => {
    const { say, chunks } = scene({ format: 'arkit', output_fps: 60, chunk_size: 10 });
    await say(3_000);
    for (const { atMs, start_frame_index } of chunks()) {
      const soundMs = (start_frame_index * 1000) / 60;
      expect(atMs).toBeLessThanOrEqual(soundMs);
      // The voice itself is handed on 40 ms ahead, in frames of 20.
      expect(soundMs - atMs).toBeLessThanOrEqual(60);
    }
  });

  it('comes ahead by the buffer that the client asks for, and by no more than two seconds', async () => {
    for (const [config, aheadMs] of [
      [{ frames_buffer_duration: 0.5 }, 500],
      [{ frames_buffer_duration: 60 }, 2_000],
      [{ deliver_chunks_ahead: true }, 2_000],
    ] as const) {
      const { say, chunks } = scene({ format: 'arkit', ...config });
      await say(4_000);
      const leads = chunks().map(
        ({ atMs, start_frame_index }) => (start_frame_index * 1000) / 60 - atMs,
      );
      expect(Math.max(...leads)).toBeLessThanOrEqual(aheadMs + 60);
      expect(Math.max(...leads)).toBeGreaterThan(aheadMs - 200);
    }
  });

  it('is late for no sound that comes as slowly as it is heard', async () => {
    const { clock, voice, begin, finish, chunks, frames } = scene({ format: 'arkit' });
    begin();
    for (let i = 0; i < 50; i++) {
      await voice.write(frame(20), never);
      await clock.advance(20);
    }
    const drained = voice.drained(never);
    await clock.advance(500);
    await drained;
    finish();
    expect(frames()).toHaveLength(60);
    for (const { atMs, start_frame_index } of chunks()) {
      expect(atMs).toBeLessThanOrEqual((start_frame_index * 1000) / 60 + 20);
    }
  });

  it('waits while the voice is paused and goes on where it was', async () => {
    const { clock, voice, begin, finish, frames } = scene({ format: 'arkit', output_fps: 50 });
    begin();
    await voice.write(frame(2_000), never);
    const drained = voice.drained(never);
    await clock.advance(1_000);
    voice.pause();
    const before = frames().length;
    await clock.advance(3_000);
    expect(frames()).toHaveLength(before);
    voice.resume();
    await clock.advance(2_000);
    await drained;
    finish();
    expect(frames()).toHaveLength(100);
  });

  it('is cancelled at the cut: from the last frame that was heard on', async () => {
    const { clock, voice, begin, finish, told, frames } = scene({
      format: 'arkit',
      output_fps: 50,
      frames_buffer_duration: 1,
    });
    begin('s:7');
    await voice.write(frame(5_000), never);
    await clock.advance(1_000);
    voice.pause();
    await clock.advance(300);
    finish();
    voice.clear();
    await clock.advance(5_000);
    const cancel = told.findIndex(({ event }) => event.type === 'neurosync-blendshapes-cancel');
    expect(told[cancel]?.event).toMatchObject({
      response_id: 's:7',
      neurosync_turn_id: 1,
      epoch: 1,
      valid_through_frame_index: 49,
      reason: 'interruption',
    });
    expect(told[cancel + 1]?.event).toMatchObject({
      type: 'blendshape-turn-stats',
      stats: {
        total_blendshapes: frames().length,
        total_audio_duration_ms: 1_000,
        was_interrupted: true,
      },
    });
    expect(told).toHaveLength(cancel + 2);
    expect(frames().length).toBeGreaterThan(90);
  });

  it('counts each answer anew, and one turn of a session after the other', async () => {
    const { say, chunks } = scene({ format: 'arkit' });
    await say(500);
    await say(700);
    const second = chunks().filter(({ neurosync_turn_id }) => neurosync_turn_id === 2);
    expect(second[0]).toMatchObject({ start_frame_index: 0, sequence: 1 });
    expect(second.flatMap(({ blendshapes }) => blendshapes)).toHaveLength(42);
  });

  it('goes on counting through an apology that follows in the same answer', async () => {
    const { clock, voice, begin, finish, chunks, told } = scene({
      format: 'arkit',
      output_fps: 50,
    });
    begin();
    for (const ms of [1_000, 500]) {
      await voice.write(frame(ms), never);
      const drained = voice.drained(never);
      await clock.advance(ms + 200);
      await drained;
      if (ms === 1_000) voice.startTurn();
    }
    finish();
    expect(chunks().map(({ start_frame_index }) => start_frame_index)).toEqual([
      0, 10, 20, 30, 40, 50, 60, 70,
    ]);
    expect(told.at(-1)?.event).toMatchObject({
      stats: { total_blendshapes: 75, total_audio_duration_ms: 1_500, was_interrupted: false },
    });
  });

  it('was not interrupted where its voice failed: what there was of it was heard', async () => {
    const { clock, voice, begin, finish, told } = scene({ format: 'arkit', output_fps: 60 });
    begin();
    await voice.write(frame(300), never);
    // The rest never comes; what the voice has is heard out.
    const heard = voice.drained(never);
    await clock.advance(800);
    await heard;
    expect(finish()).toEqual({ fps: 60, made: 18, sent: 18 });
    const types = told.map(({ event }) => event.type);
    expect(types).not.toContain('neurosync-blendshapes-cancel');
    expect(told.at(-1)?.event).toMatchObject({ stats: { was_interrupted: false } });
  });

  it('tells which process makes it, and what came of it', async () => {
    const { clock, voice, begin, finish, chunks } = scene({ output_fps: 60 }, 'neurosync', 3);
    begin();
    const writing = voice.write(frame(1_000), never).catch(() => undefined);
    await clock.advance(400);
    const { sent, ...made } = finish() ?? { sent: 0 };
    voice.clear();
    await writing;
    expect(made).toEqual({ fps: 60, made: 60 });
    expect(sent).toBeGreaterThan(20);
    expect(sent).toBeLessThan(45);
    expect(new Set(chunks().map(({ epoch }) => epoch))).toEqual(new Set([3]));
  });

  it('comes frame by frame to a client that wants no chunks', async () => {
    const { say, told } = scene({ format: 'mha', output_fps: 50, enable_chunking: false });
    await say(400);
    const frames = told.filter(({ event }) => event.type === 'neurosync-blendshapes');
    expect(frames).toHaveLength(20);
  });

  it('comes as visemes, and with closed lips when the voice pauses or is cut', async () => {
    const { clock, voice, begin, finish, told } = scene({}, 'ovr');
    begin();
    await voice.write(frame(2_000), never);
    await clock.advance(500);
    voice.pause();
    expect(told.at(-1)?.event).toMatchObject({ type: 'visemes', visemes: { sil: 1 } });
    await clock.advance(100);
    finish();
    voice.clear();
    const mouths = told.flatMap(({ event }) => (event.type === 'visemes' ? [event.visemes] : []));
    expect(mouths).toHaveLength(told.length);
    expect(mouths.at(-1)).toMatchObject({ sil: 1, aa: 0 });
    expect(mouths.filter(({ sil }) => sil < 0.5).length).toBeGreaterThan(20);
  });

  it('fits a packet whatever the client asks for', async () => {
    const { say, chunks } = scene({ format: 'mha', output_fps: 240, chunk_size: 600 });
    await say(2_000);
    expect(Math.max(...chunks().map(({ blendshapes }) => blendshapes.length))).toBe(39);
  });

  it('blinks', async () => {
    const { say, frames } = scene({ format: 'arkit' });
    await say(8_000);
    const eye = arkitColumns.indexOf('EyeBlinkLeft');
    expect(Math.max(...frames().map((one) => one[eye] ?? 0))).toBeGreaterThan(0.9);
  });

  it('is silent outside of an answer, and when nothing was said', () => {
    const { finish, begin, told } = scene();
    finish();
    expect(told).toHaveLength(0);
    begin();
    finish();
    expect(told.map(({ event }) => event.type)).toEqual(['blendshape-turn-stats']);
  });

  it('is not made for a client that wants none', () => {
    expect(faceWish(SessionSettings.parse({ blendshape_provider: 'none' }))).toBeUndefined();
    expect(faceWish(SessionSettings.parse({}))).toBeUndefined();
  });
});
