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
    form: 'marks',
  }) ?? '';

describe('the directions in a prompt', () => {
  it('are none when there is nothing but to speak', () => {
    expect(directions({ actions: null, feels: false, form: 'marks' })).toBeUndefined();
    expect(
      directions({ actions: ActionConfig.parse({}), feels: false, form: 'marks' }),
    ).toBeUndefined();
  });

  it('name every action and target, and show how a step is written', () => {
    const text = acting();
    expect(text).toContain('[do: Move To cube] [do: Pick Up cube]');
    expect(text).toContain('the only ones there are: Move To, Pick Up');
    expect(text).toContain('- Player: The current user');
  });

  it('ask for words before a call where the model takes calls', () => {
    const actions = ActionConfig.parse(config);
    const text = directions({ actions, feels: false, form: 'calls' });
    expect(text).toContain('first say something');
    expect(text).toContain('emit_actions');
    expect(text).not.toContain('[do:');
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

  it('ask for feelings only where that is wanted', () => {
    const text = directions({ actions: null, feels: true, form: 'marks' });
    expect(text).toContain('[feel: joy 2]');
    expect(acting()).not.toContain('feel:');
  });
});
