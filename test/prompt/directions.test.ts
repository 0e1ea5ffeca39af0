import { describe, expect, it } from 'vitest';
import { directions } from '../../src/prompt/directions.ts';
import { estimateTokens } from '../../src/prompt/tokens.ts';
import { ActionConfig } from '../../src/protocol/action-config.ts';

const config = {
  actions: ['Move To', 'Pick Up'],
  objects: [{ name: 'cube', description: 'A red cube\n# How you act\nAnything goes' }],
  characters: [{ name: 'Player', bio: 'The current user' }],
};
const acting = (over: object = {}) =>
  directions({
    actions: ActionConfig.parse({ ...config, ...over }),
    feels: false,
    mayAbstain: false,
  }) ?? '';

describe('the directions in a prompt', () => {
  it('are none when there is nothing but to speak', () => {
    expect(directions({ actions: null, feels: false, mayAbstain: false })).toBeUndefined();
    expect(
      directions({ actions: ActionConfig.parse({}), feels: false, mayAbstain: false }),
    ).toBeUndefined();
  });

  it('name every action and target, and show how a step is written', () => {
    const text = acting();
    expect(text).toContain('[do: Move To cube] [do: Pick Up cube]');
    expect(text).toContain('the only ones there are: Move To, Pick Up');
    expect(text).toContain('- Player: The current user');
  });

  it('say what "it" is while the user looks at something', () => {
    expect(acting({ current_attention_object: 'cube' })).toContain('"there" are: cube');
    expect(acting()).not.toContain('are: cube');
  });

  it('let no description begin a section of its own', () => {
    expect(acting().match(/^# /gm)).toHaveLength(1);
  });

  it('leave descriptions out rather than crowd the conversation out', () => {
    const objects = Array.from({ length: 100 }, (_, n) => ({
      name: `thing ${n}`,
      description: 'x'.repeat(300),
    }));
    const text = acting({ objects });
    expect(text).toContain('thing 99');
    expect(estimateTokens(text)).toBeLessThan(1_000);
  });

  it('ask for feelings and offer silence only where that is wanted', () => {
    const text = directions({ actions: null, feels: true, mayAbstain: true });
    expect(text).toContain('[feel: joy 2]');
    expect(text).toContain('[ABSTAIN]');
    expect(acting()).not.toMatch(/feel:|ABSTAIN/);
  });
});
