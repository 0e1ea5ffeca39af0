import { describe, expect, it } from 'vitest';
import { spokenIn } from '../../src/session/speak-tag.ts';

describe('a speak tag', () => {
  it.each([
    ['The player enters.', undefined],
    ['</speak> nothing was opened', undefined],
    ['<speak>Hello there.</speak>', 'Hello there.'],
    ['<SPEAK >Hello.</Speak>', 'Hello.'],
    ['Before. <speak>Inside.</speak> After.', 'Inside.'],
    ['<speak>One.</speak> and <speak>Two.</speak>', 'One. Two.'],
    ['<speak><speak>Twice.</speak></speak>', 'Twice.'],
    ['<speak>It has no end', 'It has no end'],
    ['<speak>  </speak>', ''],
    ['a < b, <speaker>x</speaker>', undefined],
  ])('in %j holds %j', (text, spoken) => {
    expect(spokenIn(text)).toBe(spoken);
  });

  it('takes no longer for more of them', () => {
    expect(spokenIn('<speak>'.repeat(50_000))).toBe('');
    expect(spokenIn(`<speak${' '.repeat(50_000)}`)).toBeUndefined();
  });
});
