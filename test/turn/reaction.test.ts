import { describe, expect, it } from 'vitest';
import { floorOf, reactionTo, type Floor } from '../../src/turn/reaction.ts';

describe('the wish to speak about what was reported', () => {
  const floors: Floor[] = ['idle', 'user', 'thinking', 'line', 'speaking'];

  it('never makes anyone speak when it says never', () => {
    for (const floor of floors) expect(reactionTo('never', floor)).toBe('none');
  });

  it.each([
    ['idle', 'now'],
    ['user', 'none'],
    ['thinking', 'none'],
    ['line', 'none'],
    ['speaking', 'none'],
  ] as const)('for when nobody speaks is, with the floor %s: %s', (floor, reaction) => {
    expect(reactionTo('whenIdle', floor)).toBe(reaction);
  });

  it.each([
    ['idle', 'now'],
    ['user', 'later'],
    ['thinking', 'cut'],
    ['line', 'later'],
    ['speaking', 'cut'],
  ] as const)('that must be met is, with the floor %s: %s', (floor, reaction) => {
    expect(reactionTo('always', floor)).toBe(reaction);
  });
});

describe('the floor', () => {
  const replying = { state: 'replying', turnId: 't' } as const;
  const yielding = {
    ...replying,
    state: 'yielding',
    sinceMs: 0,
    silentSinceMs: undefined,
    words: undefined,
    rest: undefined,
  } as const;

  it('is the user’s from their first sound until their turn is over', () => {
    const pausing = { state: 'pausing', sinceMs: 0, silentSinceMs: 1, words: 'Well' } as const;
    for (const turn of [{ state: 'hearing', sinceMs: 0 } as const, pausing, yielding])
      expect(floorOf(turn, false, false)).toBe('user');
  });

  it('is nobody’s when neither speaks', () => {
    expect(floorOf({ state: 'listening' }, false, false)).toBe('idle');
  });

  it.each([
    [false, false, 'thinking'],
    [true, false, 'line'],
    [false, true, 'speaking'],
    [true, true, 'speaking'],
  ] as const)('of an answer that is fixed (%s) or heard (%s) is: %s', (isFixed, isHeard, floor) => {
    expect(floorOf(replying, isFixed, isHeard)).toBe(floor);
  });
});
