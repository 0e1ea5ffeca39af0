import { describe, expect, it } from 'vitest';
import { stepsAskedFor } from '../../../src/offline/responder/acting.ts';

const affordances = {
  actions: ['Move To', 'Pick Up', 'Drop', 'Wave', 'Follow', '跳舞'],
  targets: ['door', 'red cube', 'cube', 'Guard', 'Mojito (Can be: Served)', '苹果'],
};

describe('what somebody asks to be done', () => {
  it.each([
    ['wave', [{ name: 'Wave' }]],
    ['Could you please wave at the guard?', [{ name: 'Wave', target: 'Guard' }]],
    ['go to the door', [{ name: 'Move To', target: 'door' }]],
    ['Please walk to the door and wave.', [{ name: 'Move To', target: 'door' }, { name: 'Wave' }]],
    [
      'go to the red cube, then pick it up',
      [
        { name: 'Move To', target: 'red cube' },
        { name: 'Pick Up', target: 'red cube' },
      ],
    ],
    ['come here', [{ name: 'Move To', target: 'me' }]],
    ['pick that up', [{ name: 'Pick Up', target: 'it' }]],
    [
      'Go to the red cube and take it.',
      [
        { name: 'Move To', target: 'red cube' },
        { name: 'Pick Up', target: 'red cube' },
      ],
    ],
    ['grab a mojito', [{ name: 'Pick Up', target: 'Mojito (Can be: Served)' }]],
    ['follow me', [{ name: 'Follow', target: 'me' }]],
    ['I want you to drop the cube now', [{ name: 'Drop', target: 'cube' }]],
    ['挥手', [{ name: 'Wave' }]],
    ['请走到苹果那里', [{ name: 'Move To', target: '苹果' }]],
    ['帮我拿苹果，然后跳舞', [{ name: 'Pick Up', target: '苹果' }, { name: '跳舞' }]],
  ])('is done of "%s"', (said, steps) => {
    expect(stepsAskedFor(said, affordances)).toEqual(steps);
  });

  it.each(['pick up the moon', 'go to the castle', 'follow the white rabbit'])(
    'cannot be done of "%s"',
    (said) => {
      expect(stepsAskedFor(said, affordances)).toEqual([]);
    },
  );

  it.each([
    'hello there',
    'what is a wave',
    "don't wave",
    'where is the door',
    'I dropped the cube',
    'waves are high today',
    'open the window',
    '',
    '你好',
  ])('is nothing in "%s"', (said) => {
    expect(stepsAskedFor(said, affordances)).toBeUndefined();
  });
});
