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

  it('draws the last word on what was said beside the answer that had been begun before it', () => {
    const waterfall = waterfallOf({
      llmFirstTokenMs: 210,
      firstClauseMs: 250,
      transcriptMs: 260,
      ttsFirstByteMs: 330,
      endpointMs: 420,
      firstSoundMs: 430,
    });
    expect(waterfall?.answer.map(({ stage, toMs }) => [stage, toMs])).toEqual([
      ['model', 210],
      ['clause', 250],
      ['voice', 330],
      ['held', 420],
      ['out', 430],
    ]);
    expect(waterfall?.turnTaking.map(({ stage, fromMs, toMs }) => [stage, fromMs, toMs])).toEqual([
      ['transcript', 0, 260],
      ['endpoint', 260, 420],
    ]);
  });

  it('tells looking things up from the model', () => {
    const waterfall = waterfallOf({
      transcriptMs: 160,
      recallMs: 500,
      llmFirstTokenMs: 800,
      firstSoundMs: 900,
    });
    expect(waterfall?.answer.map((s) => [s.stage, lengthMs(s)])).toEqual([
      ['transcript', 160],
      ['recall', 500],
      ['model', 140],
      ['out', 100],
    ]);
    expect(waterfall?.verdict).toContain('looking things up');
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
        recallMs: ms,
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
