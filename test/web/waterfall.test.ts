import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMs, lengthMs, waterfallOf } from '../../web/src/waterfall.ts';

describe('waterfallOf', () => {
  it('shows that an answer was ready before the turn was judged over', () => {
    const waterfall = waterfallOf({
      transcriptMs: 200,
      llmFirstTokenMs: 350,
      firstClauseMs: 390,
      ttsFirstByteMs: 470,
      endpointMs: 600,
      firstSoundMs: 620,
    });
    expect(waterfall?.answer.map((s) => [s.stage, lengthMs(s)])).toEqual([
      ['transcript', 200],
      ['model', 150],
      ['clause', 40],
      ['voice', 80],
      ['held', 130],
      ['out', 20],
    ]);
    expect(waterfall?.turnTaking.map((s) => [s.stage, lengthMs(s)])).toEqual([['endpoint', 600]]);
    expect(waterfall?.endMs).toBe(620);
    expect(waterfall?.verdict).toContain('the end of the turn');
  });

  it('names the stage that was waited for longest', () => {
    const stages = { transcriptMs: 90, endpointMs: 200, llmFirstTokenMs: 900, firstSoundMs: 950 };
    expect(waterfallOf(stages)?.verdict).toContain('the model');
  });

  it('says so when nothing was sounded', () => {
    expect(waterfallOf({ transcriptMs: 90 })?.verdict).toBe('Nothing of this answer was sounded.');
  });

  it('has nothing to draw for a turn without times', () => {
    expect(waterfallOf({ heardMs: 300 })).toBeUndefined();
  });

  it('never draws a stage backwards or outside the picture', () => {
    const ms = fc.integer({ min: -500, max: 5000 });
    const stages = fc.record(
      {
        endpointMs: ms,
        transcriptMs: ms,
        llmFirstTokenMs: ms,
        ttsFirstByteMs: ms,
        firstSoundMs: ms,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(stages, (given) => {
        const waterfall = waterfallOf(given);
        for (const s of [...(waterfall?.turnTaking ?? []), ...(waterfall?.answer ?? [])]) {
          expect(s.fromMs).toBeGreaterThanOrEqual(0);
          expect(s.toMs).toBeGreaterThanOrEqual(s.fromMs);
          expect(s.toMs).toBeLessThanOrEqual(waterfall?.endMs ?? 0);
        }
      }),
    );
  });
});

describe('formatMs', () => {
  it('turns to seconds where milliseconds stop meaning anything', () => {
    expect([formatMs(84.4), formatMs(999), formatMs(1240)]).toEqual(['84 ms', '999 ms', '1.24 s']);
  });
});
