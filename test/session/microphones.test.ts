import { describe, expect, it } from 'vitest';
import type { TimedFrame } from '../../src/frames/pcm.ts';
import { BoundedQueue } from '../../src/lifetime/bounded-queue.ts';
import type { Participant } from '../../src/protocol/participant.ts';
import { Microphones } from '../../src/session/microphones.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { settle } from '../fakes/fake-clock.ts';

const ann: Participant = { identity: 'human:ann', speakerId: 'ann', speakerName: 'Ann' };
const sound: TimedFrame = { samples: new Int16Array(512), sampleRateHz: 16_000, endMs: 0 };

/** A microphone that takes a moment to stop. */
function microphone() {
  const queue = new BoundedQueue<TimedFrame>({ capacity: 10, whenFull: 'dropOldest' });
  return {
    queue,
    open: (signal: AbortSignal) =>
      (async function* () {
        yield* queue.read(signal);
        await settle();
      })(),
  };
}

function hearing() {
  const log: string[] = [];
  let listeners = 0;
  let most = 0;
  return {
    log,
    most: () => most,
    async hearFrom(frames: AsyncIterable<TimedFrame>): Promise<void> {
      most = Math.max(most, ++listeners);
      log.push('begins');
      for await (const frame of frames) log.push(`heard ${frame.samples.length}`);
      log.push('ends');
      listeners--;
    },
    microphoneSilent: () => void log.push('silent'),
  };
}

describe('the microphones of a room', () => {
  it('never hear one participant twice at once, however often the microphone is changed', async () => {
    const to = hearing();
    const microphones = new Microphones(silentLog);
    microphones.route(to);
    const all = [microphone(), microphone(), microphone()];
    for (const { open } of all) {
      microphones.open(ann, open);
      await Promise.resolve();
    }
    await settle();
    await settle();
    all[2]?.queue.push(sound);
    await settle();
    expect(to.most()).toBe(1);
    expect(to.log.at(-1)).toBe('heard 512');
    microphones.closeAll();
  });

  it('takes a change of the microphone in mid-word for a pause, which the new one may end', async () => {
    const to = hearing();
    const microphones = new Microphones(silentLog);
    microphones.route(to);
    microphones.open(ann, microphone().open);
    await settle();
    microphones.open(ann, microphone().open);
    expect(to.log).toEqual(['begins', 'silent']);
    microphones.closeAll();
  });

  it('hands on to another conversation only when the one before has stopped', async () => {
    const [before, after] = [hearing(), hearing()];
    const microphones = new Microphones(silentLog);
    microphones.route(before);
    microphones.open(ann, microphone().open);
    await settle();
    microphones.route(after);
    expect(after.log).toEqual([]);
    await settle();
    await settle();
    expect(before.log).toEqual(['begins', 'silent', 'ends']);
    expect(after.log).toEqual(['begins']);
    microphones.closeAll();
  });
});
