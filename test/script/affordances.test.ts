import { describe, expect, it } from 'vitest';
import { ActionConfig } from '../../src/protocol/action-config.ts';
import { Affordances } from '../../src/script/affordances.ts';

const config = {
  actions: ['Move To', 'Move', 'Pick Up', { value: 'Wave' }, 'give_item', '挥手'],
  objects: [
    { name: 'cube', description: 'A red cube' },
    { name: 'Chair#1' },
    { name: 'Mojito (Can be: Served|Cannot be: Played, Given)' },
    { name: '苹果' },
  ],
  characters: [
    { name: 'Player', bio: 'The current user' },
    { name: 'Guard', bio: 'A nearby guard' },
  ],
  current_attention_object: 'cube',
};
const open = (over: object = {}, speakerName?: string) =>
  new Affordances(ActionConfig.parse({ ...config, ...over }), speakerName);

describe('affordances', () => {
  it.each([
    ['Move To cube', { name: 'Move To', target: 'cube' }],
    ['move to the Cube.', { name: 'Move To', target: 'cube' }],
    ['Move To: cube', { name: 'Move To', target: 'cube' }],
    ['Move To -> "cube"', { name: 'Move To', target: 'cube' }],
    ['Move To(cube)', { name: 'Move To', target: 'cube' }],
    ['Move, target: cube', { name: 'Move', target: 'cube' }],
    ['PICK_UP chair#1', { name: 'Pick Up', target: 'Chair#1' }],
    ['Give item mojito', { name: 'give_item', target: config.objects[2]?.name }],
    [
      `give_item ${config.objects[2]?.name}`,
      { name: 'give_item', target: config.objects[2]?.name },
    ],
    ['Wave', { name: 'Wave' }],
    ['Wave()', { name: 'Wave' }],
    ['Wave at Guard', { name: 'Wave', target: 'Guard' }],
    ['Pick Up it', { name: 'Pick Up', target: 'cube' }],
    ['Move To there', { name: 'Move To', target: 'cube' }],
    ['Move To me', { name: 'Move To', target: 'Player' }],
    ['Pick Up 苹果', { name: 'Pick Up', target: '苹果' }],
    ['挥手', { name: '挥手' }],
  ])('reads "%s"', (text, action) => {
    expect(open().read(text)).toEqual({ actions: [action], refused: [] });
  });

  it.each(['Dance', 'Move To moon', 'Moving cube', 'Pick Up', 'Waves', 'cube', 'Move To hasOwn'])(
    'refuses "%s"',
    (text) => {
      const { actions, refused } = open({ actions: ['Move To', 'Wave'] }).read(text);
      expect(actions).toEqual([]);
      expect(refused).toEqual([text]);
    },
  );

  it('keeps the order of steps written together, without those that are not allowed', () => {
    expect(open().read('Move To cube; Fly To moon, Pick Up cube then Wave')).toEqual({
      actions: [
        { name: 'Move To', target: 'cube' },
        { name: 'Pick Up', target: 'cube' },
        { name: 'Wave' },
      ],
      refused: ['Fly To moon'],
    });
  });

  it('knows no "it" while the user looks at nothing', () => {
    const nothing = open({ current_attention_object: null });
    expect(nothing.find('Pick Up', 'it')).toBeUndefined();
    expect(nothing.find('Pick Up', undefined)).toEqual({ name: 'Pick Up' });
  });

  it('takes the speaker by name, and nobody when it is not clear who that is', () => {
    const characters = [{ name: 'Ann' }, { name: 'Bob' }];
    expect(open({ characters }, 'bob').find('Move To', 'me')?.target).toBe('Bob');
    expect(open({ characters }).find('Move To', 'me')).toBeUndefined();
    expect(open({ characters: [{ name: 'Ann' }] }).find('Move To', 'me')?.target).toBe('Ann');
  });
});
