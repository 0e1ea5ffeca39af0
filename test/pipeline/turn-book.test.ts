import { describe, expect, it } from 'vitest';
import type { ConversationEvent } from '../../src/pipeline/conversation-event.ts';
import { TurnBook } from '../../src/pipeline/turn-book.ts';
import type { TurnRecord } from '../../src/protocol/turn-record.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { FakeClock, settle } from '../fakes/fake-clock.ts';

const turn = (id: string): TurnRecord => ({
  id,
  origin: 'speech',
  userText: 'Where is the harbour?',
  assistantText: 'Below the hill.',
  status: 'completed',
  stages: {},
  startedAt: '2026-01-01T00:00:00.000Z',
});

function open(store: (record: TurnRecord) => Promise<void>, history: TurnRecord[] = []) {
  const clock = new FakeClock();
  const told: ConversationEvent[] = [];
  const emitAfter = (ready: Promise<void>, event: ConversationEvent) => {
    void ready.then(() => told.push(event));
  };
  return { clock, told, book: new TurnBook({ clock, log: silentLog, store, emitAfter }, history) };
}

describe('the turn book', () => {
  it('draws on the last 200 turns, and leaves what it was given as it was', () => {
    const given = Array.from({ length: 200 }, (_, at) => turn(String(at)));
    const { book } = open(() => Promise.resolve(), given);
    book.complete(turn('new'), undefined);
    expect(book.history).toHaveLength(200);
    expect(book.history[0]?.id).toBe('1');
    expect(book.history.at(-1)?.id).toBe('new');
    expect(given).toHaveLength(200);
  });

  it('has a turn in its history at once, and tells of it when it is stored', async () => {
    let stored: () => void = () => undefined;
    const { book, told } = open(() => new Promise((resolve) => (stored = resolve)));
    book.complete(turn('a'), undefined);
    await settle();
    expect(book.history.map(({ id }) => id)).toEqual(['a']);
    expect(told).toEqual([]);
    stored();
    await settle();
    expect(told).toMatchObject([{ kind: 'turnCompleted', record: { id: 'a' } }]);
  });

  it('tells of a turn that could not be stored, too', async () => {
    const { book, told } = open(() => Promise.reject(new Error('no server')));
    book.keep(turn('a'));
    book.complete(turn('a'), 'audio_delivery_failed');
    await settle();
    expect(told).toMatchObject([{ kind: 'turnCompleted', abortReason: 'audio_delivery_failed' }]);
  });

  it('waits three seconds for its last turn to be stored, and no longer', async () => {
    const { book, clock } = open(() => new Promise(() => undefined));
    let done = false;
    const kept = book.keepLast(turn('a')).then(() => (done = true));
    await clock.advance(2_999);
    expect(done).toBe(false);
    await clock.advance(1);
    await kept;
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer behind when its last turn is stored in time', async () => {
    const { book, clock } = open(() => Promise.resolve());
    await book.keepLast(turn('a'));
    expect(clock.pending).toBe(0);
  });
});
