import { describe, expect, it } from 'vitest';
import { VisionInputConfig } from '../../src/protocol/vision-config.ts';
import { byIds, byIndices, latest } from '../../src/sight/choice.ts';
import { sightRules } from '../../src/sight/sight-rules.ts';
import { frames, numbers } from './scenes.ts';

const rules = (config: Record<string, unknown>) => sightRules(VisionInputConfig.parse(config));
const docs = rules({
  frames_per_turn: 5,
  sampling_windows: [
    { count: 3, interval_ms: 300 },
    { count: 2, interval_ms: 1_500 },
  ],
});

describe('the rules of a configuration', () => {
  it('are the documented defaults where there is none', () => {
    expect(sightRules(null)).toEqual({
      intervalMs: 1_000,
      windows: [],
      framesPerTurn: 5,
      capacity: 5,
      stalenessMs: 10_000,
      longestSide: 768,
      replaces: true,
    });
  });

  it('sample at the closest window, and keep as much as the windows reach back', () => {
    expect(docs).toMatchObject({ intervalMs: 300, capacity: 13 });
  });

  it('take no more than ten frames a second and keep no more than 120, whatever is asked', () => {
    const windows = [
      { count: 1, interval_ms: 1 },
      { count: 1, interval_ms: 60_000 },
    ];
    expect(rules({ sampling_windows: windows })).toMatchObject({ intervalMs: 100, capacity: 120 });
    expect(rules({ sample_interval_secs: 0.1 }).intervalMs).toBe(100);
  });
});

describe('what an answer looks at', () => {
  it('is the newest, and nothing stale', () => {
    const five = rules({});
    expect(numbers(latest(frames(8, 1_000, 8_000), five, 8_000))).toEqual([4, 5, 6, 7, 8]);
    expect(numbers(latest(frames(8, 1_000, 8_000), five, 16_000))).toEqual([6, 7, 8]);
    expect(latest(frames(8, 1_000, 8_000), five, 18_001)).toEqual([]);
  });

  it('is dense of what was just now and sparse of what was before, as windows say', () => {
    // 0, 300 and 600 ms before the newest, then 2,100 and 3,600.
    expect(numbers(latest(frames(13, 300, 4_000), docs, 4_000))).toEqual([1, 6, 11, 12, 13]);
    expect(numbers(latest(frames(2, 300, 600), docs, 600))).toEqual([1, 2]);
    expect(latest([], docs, 600)).toEqual([]);
  });
});

describe('frames that are named', () => {
  const five = frames(5, 100, 500);

  it.each([
    [[-1], [5]],
    [[-1, -1], [5]],
    [[0], [1]],
    [
      [-3, -1],
      [3, 4, 5],
    ],
    [
      [-99, 1],
      [1, 2],
    ],
    // A window may end where no frame is yet.
    [
      [3, 99],
      [4, 5],
    ],
    [
      [0, -1, -1, 2],
      [1, 3, 5],
    ],
    // Backwards they are no window: the newest and the oldest, and two of which one lies before the other.
    [
      [-1, 0],
      [1, 5],
    ],
    [
      [-1, -3],
      [3, 5],
    ],
  ])('by the indices %j are %j', (indices, expected) => {
    expect(numbers(byIndices(five, indices, 20))).toEqual(expected);
  });

  it.each([[[5]], [[-1, 0, 5]], [[5, 9]], [[99, -1]]])(
    'by the indices %j are none: there is no frame beyond the newest',
    (indices) => {
      expect(byIndices(five, indices, 20)).toBeUndefined();
    },
  );

  it('are thinned evenly to as many as an answer takes, the newest always', () => {
    expect(numbers(byIndices(frames(10, 100, 1_000), [0, -1], 4))).toEqual([3, 5, 8, 10]);
  });

  it('by their ids are those, or none when one is gone', () => {
    expect(numbers(byIds(five, [4, 2, 4], 20))).toEqual([2, 4]);
    expect(byIds(five, [4, 77], 20)).toBeUndefined();
  });
});
