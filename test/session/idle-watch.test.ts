import { describe, expect, it } from 'vitest';
import type { ConversationEvent } from '../../src/pipeline/conversation-event.ts';
import { idleMessage, IdleWatch, type IdleRules } from '../../src/session/idle-watch.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

const minute = 60_000;

function scene(rules: IdleRules | undefined = { timeoutMs: 15 * minute, warningMs: 5 * minute }) {
  const clock = new FakeClock();
  const told: string[] = [];
  const watch = new IdleWatch({
    clock,
    rules,
    onWarning: (remainingMs) => told.push(`warned ${remainingMs / minute}`),
    onTimeout: () => told.push('ended'),
  });
  return { clock, told, watch };
}

const turnId = 'turn';
const began: ConversationEvent = { kind: 'replyTextBegan', turnId };
const completed: ConversationEvent = {
  kind: 'turnCompleted',
  record: {
    id: turnId,
    origin: 'text',
    userText: 'Hi',
    assistantText: 'Hello.',
    status: 'completed',
    stages: {},
    startedAt: '2026-01-01T00:00:00.000Z',
  },
  abortReason: undefined,
};

describe('an idle session', () => {
  it('warns first and ends then', async () => {
    const { clock, told, watch } = scene();
    watch.start();
    await clock.advance(10 * minute - 1);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(['warned 5']);
    await clock.advance(5 * minute);
    expect(told).toEqual(['warned 5', 'ended']);
    expect(clock.pending).toBe(0);
  });

  it('does not count before somebody is there', async () => {
    const { clock, told, watch } = scene();
    watch.activity();
    await clock.advance(60 * minute);
    expect(told).toEqual([]);
  });

  it('begins anew with whatever the user does, a warning too', async () => {
    const { clock, told, watch } = scene();
    watch.start();
    await clock.advance(12 * minute);
    watch.activity();
    await clock.advance(9 * minute);
    expect(told).toEqual(['warned 5']);
    await clock.advance(6 * minute);
    expect(told).toEqual(['warned 5', 'warned 5', 'ended']);
  });

  it('is not idle while the user speaks', async () => {
    const { clock, told, watch } = scene();
    watch.start();
    watch.note({ kind: 'userStartedSpeaking' });
    await clock.advance(60 * minute);
    watch.activity();
    await clock.advance(60 * minute);
    expect(told).toEqual([]);
    watch.note({ kind: 'userStoppedSpeaking' });
    await clock.advance(15 * minute);
    expect(told).toEqual(['warned 5', 'ended']);
  });

  it('is not idle while an answer is on its way or heard', async () => {
    const { clock, told, watch } = scene();
    watch.start();
    watch.note(began);
    watch.note({ kind: 'botStartedSpeaking', turnId });
    await clock.advance(60 * minute);
    expect(told).toEqual([]);
    watch.note({ kind: 'botStoppedSpeaking', turnId });
    watch.note(completed);
    await clock.advance(10 * minute);
    expect(told).toEqual(['warned 5']);
  });

  it('ends without a warning where none is wanted, and never where it may be idle for ever', async () => {
    const silent = scene({ timeoutMs: minute, warningMs: 0 });
    silent.watch.start();
    await silent.clock.advance(minute);
    expect(silent.told).toEqual(['ended']);
    const patient = scene();
    const forever = new IdleWatch({
      clock: patient.clock,
      rules: undefined,
      onWarning: () => patient.told.push('warned'),
      onTimeout: () => patient.told.push('ended'),
    });
    forever.start();
    expect(patient.clock.pending).toBe(0);
  });

  it('leaves no timer when it is stopped', () => {
    const { clock, watch } = scene();
    watch.start();
    watch.stop();
    watch.activity();
    expect(clock.pending).toBe(0);
  });

  it.each([
    [300_000, '5 minutes'],
    [60_000, '60 seconds'],
    [1_000, '1 second'],
  ])('says in words how long %d ms are', (ms, words) => {
    expect(idleMessage(ms)).toBe(`You've been idle. You will be disconnected in ${words}.`);
  });
});
