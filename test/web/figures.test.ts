import { expect, it } from 'vitest';
import type { Entry } from '../../web/src/entry.ts';
import { figuresOf } from '../../web/src/figures.ts';
import { readTurnTrace } from '../../web/src/turn-trace.ts';

function answer(origin: string, stages: object): Entry {
  const trace = readTurnTrace({ turn_id: 'a', origin, stages });
  return {
    kind: 'character',
    id: 1,
    atMs: 0,
    text: '',
    state: 'completed',
    tags: [],
    trace,
    metrics: [],
  };
}

it('sums a session up, and leaves greetings out', () => {
  const entries = [
    answer('greeting', { firstSoundMs: 5 }),
    answer('speech', { firstSoundMs: 700 }),
    answer('text', { firstSoundMs: 400, bargeInToSilenceMs: 90 }),
    answer('speech', { firstSoundMs: 600 }),
    answer('speech', {}),
  ];
  expect(figuresOf(entries)).toEqual({
    answers: 4,
    medianMs: 600,
    fastestMs: 400,
    slowestMs: 700,
    bargeInMs: 90,
  });
});

it('has no numbers before the first answer', () => {
  expect(figuresOf([])).toMatchObject({ answers: 0, medianMs: undefined, bargeInMs: undefined });
});
