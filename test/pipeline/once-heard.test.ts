import { describe, expect, it } from 'vitest';
import type { Heard } from '../../src/frames/pcm.ts';
import { OnceHeard } from '../../src/pipeline/once-heard.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

/** Sound that is heard as far as `lagMs` behind the clock; `until` a time at which the microphone goes off. */
function scene() {
  const clock = new FakeClock();
  const sound: { lagMs: number; offAtMs?: number; isOpen: boolean; isBehind: boolean } = {
    ...{ lagMs: 0, isOpen: true, isBehind: false },
  };
  const heard = (): Heard => ({
    untilMs: sound.isOpen
      ? Math.min(clock.nowMs() - sound.lagMs, sound.offAtMs ?? Infinity)
      : undefined,
    isBehind: sound.isBehind,
  });
  const fromMs = clock.nowMs();
  let doneAfterMs: number | undefined;
  const onceHeard = new OnceHeard(clock);
  const action = () => void (doneAfterMs = clock.nowMs() - fromMs);
  onceHeard.add({ untilMs: fromMs + 150, heard, action });
  return { clock, sound, onceHeard, heard, done: () => doneAfterMs };
}

describe('what is done once all is heard', () => {
  it('waits for nothing longer where sound comes in its time', async () => {
    const { clock, done } = scene();
    await clock.advance(149);
    expect(done()).toBeUndefined();
    await clock.advance(1);
    expect(done()).toBe(150);
  });

  it('waits for sound that lags, however far', async () => {
    const { clock, sound, done } = scene();
    sound.lagMs = 2_000;
    await clock.advance(2_000);
    expect(done()).toBeUndefined();
    await clock.advance(150);
    expect(done()).toBeGreaterThanOrEqual(2_100);
  });

  it('waits a second only where no sound comes any more', async () => {
    const { clock, sound, done } = scene();
    sound.offAtMs = clock.nowMs() + 20;
    await clock.advance(2_000);
    expect(done()).toBeGreaterThan(1_000);
    expect(done()).toBeLessThanOrEqual(1_200);
  });

  it('waits for sound that is here and was not judged yet, however long that takes', async () => {
    const { clock, sound, done } = scene();
    sound.offAtMs = clock.nowMs() + 20;
    sound.isBehind = true;
    await clock.advance(5_000);
    expect(done()).toBeUndefined();
    delete sound.offAtMs;
    sound.isBehind = false;
    await clock.advance(25);
    expect(done()).toBeLessThanOrEqual(5_025);
  });

  it('is done in the order in which it was asked for, and not any more once that is over', async () => {
    const { clock, sound, onceHeard, heard } = scene();
    sound.lagMs = 500;
    const done: string[] = [];
    const ask = (name: string, untilMs = clock.nowMs() + 150) => {
      onceHeard.add({ untilMs, heard, action: () => done.push(name) });
    };
    ask('mute');
    await clock.advance(10);
    ask('unmute');
    await clock.advance(1_000);
    expect(done).toEqual(['mute', 'unmute']);
    ask('late');
    onceHeard.close();
    await clock.advance(2_000);
    expect(done).toEqual(['mute', 'unmute']);
  });

  it('waits for nothing where nobody listens', async () => {
    const { clock, sound, done } = scene();
    sound.isOpen = false;
    await clock.advance(150);
    expect(done()).toBe(150);
  });
});
