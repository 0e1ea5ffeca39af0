import { describe, expect, it } from 'vitest';
import type { ConversationEvent } from '../../src/pipeline/conversation-event.ts';
import { EventLine } from '../../src/pipeline/event-line.ts';
import { FakeClock, settle } from '../fakes/fake-clock.ts';

const ended: ConversationEvent = { kind: 'botStoppedSpeaking', turnId: 'first' };
const began: ConversationEvent = { kind: 'replyTextBegan', turnId: 'second' };

function scene() {
  const clock = new FakeClock();
  const told: ConversationEvent[] = [];
  let settleNow: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (settleNow = resolve));
  const line = new EventLine((event) => told.push(event), clock);
  return { clock, told, line, ready, settleNow: () => settleNow() };
}

describe('events', () => {
  it('are told at once when nothing before them waits', () => {
    const { line, told } = scene();
    line.emit(began);
    expect(told).toEqual([began]);
  });

  it('are told after one that waits, in their order', async () => {
    const { clock, line, told, ready, settleNow } = scene();
    line.emitAfter(ready, ended);
    line.emit(began);
    await settle();
    expect(told).toEqual([]);
    settleNow();
    await settle();
    expect(told).toEqual([ended, began]);
    expect(clock.pending).toBe(0);
  });

  it('are not held up for long', async () => {
    const { clock, line, told, ready } = scene();
    line.emitAfter(ready, ended);
    await clock.advance(10_000);
    expect(told).toEqual([]);
    line.emit(began);
    await clock.advance(299);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual([ended, began]);
  });

  it('wait for nothing once the next sound begins, for that does not wait either', () => {
    const { line, told, ready } = scene();
    const sounds: ConversationEvent = { kind: 'botStartedSpeaking', turnId: 'second' };
    line.emitAfter(ready, ended);
    line.emit(began);
    line.emit(sounds);
    expect(told).toEqual([ended, began, sounds]);
  });

  it('are told once, also when what they waited for comes late', async () => {
    const { clock, line, told, ready, settleNow } = scene();
    line.emitAfter(ready, ended);
    line.emit(began);
    await clock.advance(300);
    settleNow();
    await settle();
    expect(told).toEqual([ended, began]);
  });

  it('leave no timer behind', () => {
    const { clock, line, ready } = scene();
    line.emitAfter(ready, ended);
    line.emit(began);
    line.close();
    expect(clock.pending).toBe(0);
  });
});
