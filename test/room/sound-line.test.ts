import { describe, expect, it } from 'vitest';
import { hearingRateHz, type TimedFrame } from '../../src/frames/pcm.ts';
import { frameMs, SoundLine } from '../../src/room/sound-line.ts';
import { silentLog, tapLog } from '../../src/telemetry/log.ts';
import { MicrophoneLag } from '../../src/telemetry/microphone-lag.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

const frameSamples = (frameMs * hearingRateHz) / 1000;

function scene() {
  const clock = new FakeClock();
  const lag = new MicrophoneLag();
  const warnings: unknown[] = [];
  const log = tapLog(silentLog, ({ fields }) => warnings.push(fields));
  const line = new SoundLine({ clock, lag, log });
  const ending = new AbortController();
  const heard: TimedFrame[] = [];
  let count = 0;
  return {
    clock,
    lag,
    warnings,
    line,
    heard,
    /** Sound comes, with a number in it to know it by. */
    frame: () => {
      line.push({
        samples: new Int16Array(frameSamples).fill(++count),
        sampleRateHz: hearingRateHz,
      });
    },
    /** From now on somebody listens. */
    listen: () => {
      void (async () => {
        for await (const frame of line.read(ending.signal)) heard.push(frame);
      })();
    },
    times: () => heard.map(({ endMs }) => Math.round(endMs)),
    numbers: () => heard.map(({ samples }) => samples[0] ?? 0),
  };
}

describe('the line of a microphone', () => {
  it('gives each frame the time at which it came when it came in its time', async () => {
    const { clock, frame, listen, times } = scene();
    listen();
    for (let i = 0; i < 4; i++) {
      await clock.advance(frameMs);
      frame();
    }
    await clock.advance(0);
    expect(times()).toEqual([32, 64, 96, 128]);
  });

  it('gives the times at which they sounded to those that come at once after the machine stood still', async () => {
    const { clock, frame, listen, times, lag } = scene();
    listen();
    await clock.advance(frameMs);
    frame();
    await clock.advance(0);
    clock.standStill(10 * frameMs);
    for (let i = 0; i < 10; i++) frame();
    await clock.advance(0);
    expect(times()).toEqual(Array.from({ length: 11 }, (_, i) => (i + 1) * frameMs));
    expect(lag.takeLongestMs()).toBeCloseTo(9 * frameMs);
    expect(lag.takeLongestMs()).toBe(0);
  });

  it('takes a pause in the stream for a pause, not for a delay', async () => {
    const { clock, frame, listen, times, lag } = scene();
    listen();
    frame();
    await clock.advance(5_000);
    frame();
    await clock.advance(frameMs);
    frame();
    await clock.advance(0);
    expect(times()).toEqual([0, 5_000, 5_000 + frameMs]);
    expect(lag.takeLongestMs()).toBeLessThan(1);
  });

  it('says whether sound waits: for a listener, or for those that came late with it', async () => {
    const { clock, frame, line, listen } = scene();
    expect(line.isWaiting).toBe(false);
    frame();
    expect(line.isWaiting).toBe(true);
    listen();
    await clock.advance(0);
    expect(line.isWaiting).toBe(false);
    clock.standStill(1_000);
    frame();
    expect(line.isWaiting).toBe(true);
    await clock.advance(0);
    expect(line.isWaiting).toBe(false);
  });

  it('forgets that its first frame was late', async () => {
    const { clock, frame, listen, times } = scene();
    listen();
    await clock.advance(90);
    frame();
    for (let i = 1; i <= 300; i++) {
      await clock.advance(i === 1 ? 2 : frameMs);
      frame();
    }
    await clock.advance(0);
    expect(times().at(-1)).toBe(Math.round(clock.nowMs()));
  });

  it('holds ten seconds; what is older was said to nobody, and is told once', async () => {
    const { clock, frame, listen, numbers, warnings } = scene();
    for (let i = 0; i < 400; i++) {
      await clock.advance(frameMs);
      frame();
    }
    listen();
    await clock.advance(0);
    expect(numbers()).toHaveLength(312);
    expect(numbers()[0]).toBe(400 - 312 + 1);
    expect(numbers().at(-1)).toBe(400);
    expect(warnings).toEqual([{ lostMs: 88 * frameMs }]);
  });

  it('holds no more of what comes at once after a long stand-still', async () => {
    const { clock, frame, listen, numbers } = scene();
    listen();
    await clock.advance(frameMs);
    frame();
    clock.standStill(20_000);
    for (let i = 0; i < 600; i++) frame();
    await clock.advance(0);
    expect(numbers().length).toBeLessThanOrEqual(1 + 312);
    expect(numbers().at(-1)).toBe(601);
  });

  it('lets what came last be heard when the stream ends right after a stand-still', async () => {
    const { clock, frame, line, listen, numbers } = scene();
    listen();
    frame();
    clock.standStill(1_000);
    frame();
    line.end();
    await clock.advance(0);
    expect(numbers()).toEqual([1, 2]);
    expect(clock.pending).toBe(0);
  });
});
