import { describe, expect, it } from 'vitest';
import { respond } from '../../../src/offline/responder/responder.ts';
import { occasionNote } from '../../../src/prompt/occasion.ts';

const red = { colour: 'red', brightness: 'bright' } as const;
const asked = (said: string) => [
  { role: 'system' as const, content: 'You are Maren.\nMaren keeps the lighthouse.' },
  { role: 'user' as const, content: said },
];
const look = (mayAbstain: boolean) =>
  occasionNote({ text: 'What changed?', mayAbstain, looks: true });

describe('the responder, shown something', () => {
  it.each(['What do you see?', 'What colour is this?', 'Look at this!', 'Describe what I hold.'])(
    'tells its colour when it is asked: %s',
    (said) => {
      expect(respond(asked(said), red)).toBe(
        'I see something bright red. I make out colours, and no more.',
      );
    },
  );

  it('tells it in Chinese', () => {
    expect(respond(asked('你看到什么颜色？'), { colour: 'blue', brightness: 'dark' })).toContain(
      '蓝色',
    );
  });

  it('says of black and white only that', () => {
    const seen = { colour: 'black', brightness: 'dark' } as const;
    expect(respond(asked('What do you see?'), seen)).toContain('something black.');
  });

  it('looks when the application says so, and is never silent about it', () => {
    expect(respond(asked(look(true)), red)).toContain('red');
    expect(respond(asked(look(false)), undefined)).toBe('I see nothing at the moment.');
  });

  it('answers what has nothing to do with it as always', () => {
    expect(respond(asked('What is your name?'), red)).toContain('Maren');
    expect(respond(asked('Who keeps the lighthouse?'), red)).not.toContain('red');
  });
});
