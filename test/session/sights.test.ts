import { beforeEach, describe, expect, it } from 'vitest';
import { VisionInputConfig } from '../../src/protocol/vision-config.ts';
import { Sights } from '../../src/session/sights.ts';
import { sightRules } from '../../src/sight/sight-rules.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeVideo } from '../fakes/fake-video.ts';

describe('what people in a room show', () => {
  let clock: FakeClock;
  let sights: Sights;
  beforeEach(() => {
    clock = new FakeClock();
    sights = new Sights({
      clock,
      log: silentLog,
      rules: sightRules(VisionInputConfig.parse({ frames_per_turn: 3 })),
      trackName: 'unity-scene',
    });
  });

  /** LiveKit tells of them, and once more when those that are wanted are open. */
  function show(identity: string, ...videos: FakeVideo[]): void {
    for (let told = 0; told < 2; told++)
      sights.update(
        identity,
        videos.map(({ offer }) => offer),
      );
  }
  const labelOf = (identity?: string) => sights.of(identity)?.sight.label;
  const framesOf = (identity?: string) => sights.of(identity)?.sight.frames.length;

  it('is sampled once in an interval, and the newest are kept', async () => {
    const camera = new FakeVideo('1');
    show('ann', camera);
    await clock.advance(2_500);
    expect(camera.taken).toBe(3);
    await clock.advance(60_000);
    expect(camera.taken).toBe(63);
    expect(framesOf('ann')).toBe(3);
  });

  it('is one video: the named one, else the first camera or screen, else any', () => {
    const camera = new FakeVideo('1', 'camera');
    const screen = new FakeVideo('2', 'screen');
    const scene = new FakeVideo('3', 'other', 'unity-scene');
    const other = new FakeVideo('4', 'other', 'drone');
    show('ann', other);
    expect(labelOf('ann')).toBe('drone');
    show('ann', other, screen, camera);
    expect(labelOf('ann')).toBe('screen');
    show('ann', other, screen, camera, scene);
    expect([other, screen, camera, scene].map(({ isWanted }) => isWanted)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('is forgotten when it is muted, and comes back', async () => {
    const camera = new FakeVideo('1');
    show('ann', camera);
    await clock.advance(3_000);
    camera.isMuted = true;
    show('ann', camera);
    expect(sights.of('ann')).toBeUndefined();
    expect(clock.pending).toBe(0);
    camera.isMuted = false;
    show('ann', camera);
    expect(framesOf('ann')).toBe(0);
    await clock.advance(0);
    expect(framesOf('ann')).toBe(1);
  });

  it('goes on with another video when one ends, without frames of the first', async () => {
    const camera = new FakeVideo('1');
    const screen = new FakeVideo('2', 'screen');
    show('ann', camera, screen);
    await clock.advance(3_000);
    show('ann', screen);
    expect(labelOf('ann')).toBe('screen');
    await clock.advance(0);
    expect(framesOf('ann')).toBe(1);
  });

  it('is that of the one who is answered, else what was shown first', () => {
    show('ann', new FakeVideo('1'));
    show('bob', new FakeVideo('2', 'screen'));
    expect(labelOf('bob')).toBe('screen');
    expect(labelOf('eve')).toBe('webcam');
    expect(labelOf()).toBe('webcam');
    show('ann');
    expect(labelOf('ann')).toBe('screen');
  });

  it('is watched of four at most; who comes later is seen when a place is free', () => {
    const videos = ['1', '2', '3', '4', '5'].map((id) => new FakeVideo(id));
    for (const video of videos) show(`user ${video.id}`, video);
    expect(videos.map(({ isWanted }) => isWanted)).toEqual([true, true, true, true, false]);
    show('user 2');
    expect(videos.at(-1)?.isWanted).toBe(true);
  });

  it('is tried again after a failure, and left alone after five', async () => {
    const camera = new FakeVideo('1');
    camera.fails = true;
    show('ann', camera);
    await clock.advance(1_500);
    camera.fails = false;
    await clock.advance(2_000);
    expect(camera.taken).toBe(2);
    camera.fails = true;
    await clock.advance(60_000);
    camera.fails = false;
    await clock.advance(60_000);
    expect(camera.taken).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it('has names that no other frame has', async () => {
    show('ann', new FakeVideo('1'));
    show('bob', new FakeVideo('2'));
    await clock.advance(1_000);
    const names = ['ann', 'bob'].flatMap((identity) =>
      (sights.of(identity)?.sight.frames ?? []).map(({ pts }) => pts),
    );
    expect(new Set(names).size).toBe(names.length);
    expect(names.every(Number.isSafeInteger)).toBe(true);
  });

  it('is nothing any more once the session is over', async () => {
    show('ann', new FakeVideo('1'));
    await sights.close();
    await clock.advance(10_000);
    expect(sights.of('ann')).toBeUndefined();
    expect(clock.pending).toBe(0);
  });
});
