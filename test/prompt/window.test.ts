import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPrompt, promptBudget } from '../../src/prompt/prompt.ts';
import { estimateTokens } from '../../src/prompt/tokens.ts';
import { promptTokens, withinWindow } from '../../src/prompt/window.ts';
import type { TurnRecord } from '../../src/protocol/turn-record.ts';
import { aCharacter } from '../fakes/a-character.ts';

const text = (mostChars: number) =>
  fc
    .tuple(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.nat(mostChars))
    .map(([unit, length]) => unit.repeat(Math.ceil(length / (unit.length || 1))).slice(0, length));
const turn = fc
  .record({ userText: text(4_000), assistantText: text(4_000) })
  .map((said): TurnRecord => ({
    ...said,
    ...{ id: 'turn', origin: 'text', status: 'completed', stages: {} },
    startedAt: '2026-01-01T00:00:00.000Z',
  }));
const sum = (messages: { content: string }[]) =>
  messages.reduce((tokens, { content }) => tokens + estimateTokens(content), 0);

describe('what is sent to a model', () => {
  it('never exceeds its window, whatever there is to say', () => {
    const given = fc.record({
      windowTokens: fc.integer({ min: 1_024, max: 40_000 }),
      backstory: text(60_000),
      userText: text(60_000),
      staticText: text(60_000),
      history: fc.array(turn, { maxLength: 40 }),
      facts: fc.array(text(400), { maxLength: 40 }),
      summary: text(8_000),
    });
    fc.assert(
      fc.property(given, ({ windowTokens, backstory, userText, staticText, history, ...past }) => {
        const messages = buildPrompt(
          {
            ...{ character: aCharacter({ backstory }), history, userText, remembered: past },
            told: { staticText, updates: [], scene: [], events: [], templateKeys: {} },
          },
          promptBudget(windowTokens),
        );
        const most = promptTokens(windowTokens);
        const sent = withinWindow(messages, most);
        expect(sum(sent)).toBeLessThanOrEqual(most);
        expect(most).toBeLessThan(windowTokens);
        expect(sent.at(-1)?.role).toBe('user');
        if (sum(messages) <= most) expect(sent).toEqual(messages);
      }),
      { numRuns: 150 },
    );
  });

  it('loses the oldest of the conversation first', () => {
    const messages = [
      { role: 'system', content: 'You are Ada.' },
      ...['one', 'two', 'three'].map((word) => ({ role: 'user', content: word.repeat(50) })),
    ];
    const sent = withinWindow(messages, sum(messages) - 1);
    expect(sent).toEqual([messages[0], messages[2], messages[3]]);
  });

  it('keeps how a long persona begins, and what a prompt ends with', () => {
    const content = `You are Ada. ${'She walks. '.repeat(4_000)} # How you act`;
    const [system, user] = withinWindow(
      [
        { role: 'system', content },
        { role: 'user', content: 'Hello' },
      ],
      2_000,
    );
    expect(system?.content).toMatch(/^You are Ada\.[^]*\[…\][^]*# How you act$/);
    expect(user?.content).toBe('Hello');
    expect(estimateTokens(system?.content ?? '')).toBeGreaterThan(1_000);
  });
});
