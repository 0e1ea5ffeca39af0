import { describe, expect, it } from 'vitest';
import type { Heard } from '../../src/frames/pcm.ts';
import { Alarm } from '../../src/pipeline/alarm.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

/** An alarm on the time of a sound that the test says how far was heard. */
function scene() {
  const clock = new FakeClock();
  const heard: Heard = { untilMs: 0, isBehind: false };
  const rung: { atMs: number; nowMs: number }[] = [];
  const alarm = new Alarm({
    clock,
    heard: () => heard,
    ring: (nowMs) => rung.push({ atMs: clock.nowMs(), nowMs }),
  });
  return { clock, heard, rung, alarm };
}

describe('an alarm on the time of what is heard', () => {
  it('rings at its time where nobody listens', async () => {
    const { clock, heard, rung, alarm } = scene();
    heard.untilMs = undefined;
    alarm.set(400);
    await clock.advance(1_000);
    expect(rung).toEqual([{ atMs: 400, nowMs: 400 }]);
  });

  it('believes silence a second after its time when no sound comes any more, and not before', async () => {
    const { clock, rung, alarm } = scene();
    alarm.set(400);
    await clock.advance(1_000);
    expect(rung).toEqual([]);
    await clock.advance(450);
    expect(rung).toHaveLength(1);
  });

  it('believes no silence while sound waits to be judged', async () => {
    const { clock, heard, rung, alarm } = scene();
    heard.isBehind = true;
    alarm.set(400);
    await clock.advance(3_000);
    expect(rung).toEqual([]);
    heard.untilMs = 3_000;
    heard.isBehind = false;
    await clock.advance(25);
    expect(rung).toHaveLength(1);
  });
});
