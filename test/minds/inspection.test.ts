import { describe, expect, it } from 'vitest';
import {
  DataInspection,
  InputBlocked,
  InspectionFailed,
  OutputBlocked,
} from '../../src/minds/inspection.ts';
import type { Moderation } from '../../src/providers/moderation/moderation.ts';
import { ProviderFailed } from '../../src/providers/provider-failed.ts';

const down = new ProviderFailed('moderation', 'timeout', true);

function scene(judge: Moderation['judge'], said: readonly string[] = ['你好']) {
  const judged: string[] = [];
  const leaving = new AbortController();
  const moderation: Moderation = {
    judge: (text, options) => {
      judged.push(text);
      return judge(text, options);
    },
  };
  return { inspection: new DataInspection(said, moderation, leaving.signal), judged, leaving };
}
const fine = () => Promise.resolve(null);

describe('the data inspection', () => {
  it('lets an answer through sentence by sentence, all of it', async () => {
    const { inspection, judged } = scene(fine);
    const shown = [];
    for (const piece of ['我今年17', '岁了。很', '快就要步入大学了。', '你'])
      shown.push(await inspection.pass(piece));
    shown.push(await inspection.end('呢'));
    expect(shown).toEqual(['', '我今年17岁了。', '很快就要步入大学了。', '', '你呢']);
    expect(judged).toEqual([
      '你好',
      '我今年17岁了。',
      '我今年17岁了。很快就要步入大学了。',
      '我今年17岁了。很快就要步入大学了。你呢',
    ]);
  });

  it('waits for no sentence longer than 200 letters', async () => {
    const { inspection } = scene(fine);
    expect(await inspection.pass('a'.repeat(150))).toBe('');
    expect(await inspection.pass('a'.repeat(60))).toHaveLength(210);
    expect(await inspection.end('')).toBe('');
  });

  it('shows nothing of an answer to words that it stops', async () => {
    const { inspection } = scene((text) => Promise.resolve(text === '你好' ? 'Flagged: x' : null));
    await expect(inspection.pass('好')).rejects.toThrow(InputBlocked);
    await expect(inspection.end('')).rejects.toThrow(InputBlocked);
  });

  it('shows nothing from the sentence on that it stops', async () => {
    const { inspection } = scene((text) =>
      Promise.resolve(text.includes('bomb') ? 'Flagged: violence' : null),
    );
    expect(await inspection.pass('Hello. ')).toBe('Hello.');
    await expect(inspection.pass('A bomb.')).rejects.toThrow(OutputBlocked);
  });

  it.each([
    ['front', 0],
    ['end of the first part', 1_998],
    ['end', 5_996],
  ])('judges all of a long piece: a word at its %s', async (_where, at) => {
    const { inspection, judged } = scene((text) =>
      Promise.resolve(text.includes('bomb') ? 'Flagged: violence' : null),
    );
    const piece = `${'a'.repeat(at)}bomb${'a'.repeat(5_996 - at)}`;
    await expect(inspection.pass(piece)).rejects.toThrow(OutputBlocked);
    expect(Math.max(...judged.map(({ length }) => length))).toBeLessThanOrEqual(4_000);
  });

  it('cuts no character in two, and lets all of them through', async () => {
    const { inspection, judged } = scene(fine);
    const piece = `a${'🙂'.repeat(3_000)}`;
    expect(await inspection.pass(piece)).toBe(piece);
    expect(await inspection.end('。')).toBe('。');
    expect(judged.filter((text) => /\p{Surrogate}/u.test(text))).toEqual([]);
    expect(judged.length).toBeGreaterThan(3);
    expect(Math.max(...judged.map(({ length }) => length))).toBeLessThanOrEqual(4_001);
  });

  it('judges what was said before, the newest 24,000 letters of it, and no letter in two', async () => {
    const said = [
      '太早。',
      ...Array.from({ length: 6 }, () => '🙂'.repeat(2_000)),
      '炸弹。',
      '你好',
    ];
    const { inspection, judged } = scene(
      (text) => Promise.resolve(text.includes('炸弹') ? 'Flagged: violence' : null),
      said,
    );
    await expect(inspection.pass('好。')).rejects.toThrow(InputBlocked);
    expect(judged[0]).toBe('你好');
    const earlier = judged.slice(1);
    expect(earlier.filter((text) => /\p{Surrogate}/u.test(text))).toEqual([]);
    expect(Math.max(...earlier.map(({ length }) => length))).toBeLessThanOrEqual(4_000);
    expect(earlier.join('')).not.toContain('太早');
    expect(earlier.length).toBeLessThan(8);
  });

  it('misses no word that stands where one part of what was said before ends', async () => {
    for (const behind of [3_796, 3_798, 3_999, 4_000]) {
      const { inspection } = scene(
        (text) => Promise.resolve(text.includes('bomb') ? 'Flagged: violence' : null),
        [`${'a'.repeat(5_000)}bomb${'b'.repeat(behind)}`, '你好'],
      );
      await expect(inspection.pass('好。')).rejects.toThrow(InputBlocked);
    }
  });

  it('lets nothing through while nobody can judge', async () => {
    const { inspection } = scene(() => Promise.reject(down));
    await expect(inspection.pass('好。')).rejects.toThrow(InspectionFailed);
  });

  it('ends with whoever waited for it', async () => {
    const { inspection, leaving } = scene(
      (_text, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(down));
        }),
    );
    const passing = inspection.pass('好。');
    leaving.abort(new Error('the client has left'));
    await expect(passing).rejects.toThrow('the client has left');
  });
});
