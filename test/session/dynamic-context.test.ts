import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetExceeded, budgetTokens, contextBudget } from '../../src/protocol/context-budget.ts';
import { changeContext, countTokens } from '../../src/session/dynamic-context.ts';

const context = { staticText: 'The gate is shut.', updates: ['It rains.', 'It is late.'] };
/** A text of so many estimated tokens. */
const ofTokens = (tokens: number) => 'word'.repeat(tokens);

describe('a dynamic context', () => {
  it('is added to', () => {
    const changed = changeContext(context, { mode: 'append', text: ' It is dark. ' });
    expect(changed).toEqual({
      ok: true,
      next: { ...context, updates: ['It rains.', 'It is late.', 'It is dark.'] },
      trimmed: 0,
    });
  });

  it('is replaced, but not what came with the session', () => {
    const changed = changeContext(context, { mode: 'replace', text: 'Noon.' });
    expect(changed).toMatchObject({ next: { ...context, updates: ['Noon.'] } });
  });

  it.each([
    [false, 'The gate is shut.'],
    [true, ''],
  ])('is cleared by a reset; with remove_static %s its static text is %j', (removeStatic, left) => {
    const changed = changeContext(context, { mode: 'reset', removeStatic });
    expect(changed).toMatchObject({ next: { staticText: left, updates: [] } });
  });

  it('loses its oldest updates over 30,000 tokens, without an error', () => {
    const full = { staticText: '', updates: [ofTokens(10), ofTokens(20_000)] };
    const changed = changeContext(full, { mode: 'append', text: ofTokens(10_000) });
    expect(changed).toMatchObject({ ok: true, trimmed: 1 });
    expect(changed.ok && countTokens(changed.next)).toEqual({
      static: 0,
      runtime: 30_000,
      total: 30_000,
    });
  });

  it.each([
    [20_000, 30_000, undefined],
    [
      20_001,
      0,
      /static_text token limit exceeded\. static_text: 20001 estimated tokens, text: 0 estimated tokens, Maximum: 20000 tokens\.$/,
    ],
    [
      5,
      30_001,
      /Dynamic info text token limit exceeded\. text: 30001 estimated tokens, static_text: 5 estimated tokens, Maximum: 30000 tokens\.$/,
    ],
  ])('of %i static and %i new tokens is refused as documented', (fixed, runtime, error) => {
    const message = budgetExceeded(ofTokens(fixed), ofTokens(runtime));
    if (error === undefined) expect(message).toBeUndefined();
    else {
      expect(message).toMatch(/^Value error, /);
      expect(message).toMatch(error);
    }
  });

  it('stays within its budget, and keeps the newest, whatever comes', () => {
    const change = fc.record({
      mode: fc.constantFrom('append' as const, 'replace' as const),
      text: fc.integer({ min: 1, max: 31_000 }).map(ofTokens),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
        let now: { staticText: string; updates: readonly string[] } = context;
        for (const one of changes) {
          const changed = changeContext(now, one);
          if (!changed.ok) continue;
          now = changed.next;
          expect(now.updates.at(-1)).toBe(one.text);
          expect(countTokens(now).runtime).toBeLessThanOrEqual(contextBudget.runtimeTokens);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('counts four letters, or one character of a denser script, as a token', () => {
    expect(budgetTokens('abcdefgh')).toBe(2);
    expect(budgetTokens('灯塔在山上')).toBe(5);
    expect(budgetTokens('')).toBe(0);
  });
});
