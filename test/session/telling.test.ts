import { describe, expect, it } from 'vitest';
import type { ConversationEvent } from '../../src/pipeline/conversation-event.ts';
import type { WrappedEvent } from '../../src/protocol/server-messages.ts';
import type { TurnRecord } from '../../src/protocol/turn-record.ts';
import type { Emotion } from '../../src/script/emotion.ts';
import { Diagnostics } from '../../src/session/diagnostics.ts';
import { Telling, type Told } from '../../src/session/telling.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

/** What is told in wrapped messages. */
function open(told: Partial<Told> = {}) {
  const clock = new FakeClock();
  const wrapped: WrappedEvent[] = [];
  const telling = new Telling(
    { id: 's', speaker: { participantId: 'ann' }, isTakenOver: false, ...told },
    new Diagnostics({ debug: false, debug_row_cap: null }, {}, clock),
    clock,
    (message) => {
      if (message.type === 'server-message') wrapped.push(message.data);
    },
  );
  return { telling, wrapped };
}

const felt = (emotion: Emotion['emotion']): ConversationEvent => ({
  kind: 'emotion',
  turnId: 't',
  emotion: { emotion, scale: 1 },
});

describe('what the face of a character is told to feel', () => {
  const feelings = (told: Partial<Told>, all: Emotion['emotion'][]) => {
    const { telling, wrapped } = open(told);
    for (const emotion of all) telling.tell(felt(emotion));
    return wrapped.flatMap((event) => (event.type === 'bot-emotion' ? [event.emotion] : []));
  };

  it('is not told at rest to rest, but after something else it is', () => {
    expect(feelings({}, ['neutral', 'joy', 'joy', 'neutral', 'neutral'])).toEqual([
      ...['joy', 'joy', 'neutral'],
    ]);
  });

  it('is told with the first answer of a session that was taken over, whatever it shows', () => {
    expect(feelings({ isTakenOver: true }, ['neutral', 'neutral'])).toEqual(['neutral']);
  });
});

describe('the marks of an answer', () => {
  const record = (id: string): TurnRecord => ({
    id,
    origin: 'text',
    userText: 'Hi',
    assistantText: 'Hello.',
    status: 'completed',
    stages: {},
    startedAt: '2026-01-01T00:00:00.000Z',
  });
  const turn = (telling: Telling, turnId: string, spoken: boolean) => {
    if (spoken) {
      telling.tell({ kind: 'botStartedSpeaking', turnId });
      telling.tell({ kind: 'botStoppedSpeaking', turnId });
    }
    telling.tell({ kind: 'turnCompleted', record: record(turnId), abortReason: undefined });
  };

  it('name the frames of its face, where it has some', () => {
    let turns = 0;
    const { telling, wrapped } = open({ face: () => ({ turn: ++turns, epoch: 2 }) });
    turn(telling, 'one', true);
    turn(telling, 'two', false);
    turn(telling, 'three', true);
    const owner = (neurosync_turn_id: number) => ({ neurosync_turn_id, epoch: 2 });
    expect(wrapped).toMatchObject([
      { type: 'bot-started-speaking', response_id: 's:r1', sequence: 1, ...owner(1) },
      { type: 'bot-stopped-speaking', response_id: 's:r1', sequence: 2, ...owner(1) },
      { type: 'bot-turn-completed', response_id: 's:r1', sequence: 3, ...owner(1) },
      { type: 'bot-turn-completed', response_id: 's:r2', sequence: 1 },
      { type: 'bot-started-speaking', response_id: 's:r3', sequence: 1, ...owner(2) },
      { type: 'bot-stopped-speaking', response_id: 's:r3', sequence: 2, ...owner(2) },
      { type: 'bot-turn-completed', response_id: 's:r3', sequence: 3, ...owner(2) },
    ]);
    expect(wrapped[3]).not.toHaveProperty('epoch');
  });

  it('name none where there is no face', () => {
    const { telling, wrapped } = open();
    turn(telling, 'one', true);
    for (const mark of wrapped) expect(mark).not.toHaveProperty('neurosync_turn_id');
  });
});
