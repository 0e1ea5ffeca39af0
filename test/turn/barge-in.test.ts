import { describe, expect, it } from 'vitest';
import { judgeBargeIn } from '../../src/turn/barge-in.ts';

describe('judging sound over the voice', () => {
  it.each(['stop', 'wait a moment', 'no', 'what about the ship', '等一下', 'yeah but why'])(
    'takes "%s" for an interruption, however short',
    (words) => {
      expect(judgeBargeIn({ speechMs: 250, silentMs: 100, words })).toBe('interruption');
    },
  );

  it.each(['mm-hm', 'Mhm.', 'right', 'yeah, right', 'uh-huh', 'I see', '嗯', '对对', '好的'])(
    'takes "%s" for listening',
    (words) => {
      expect(judgeBargeIn({ speechMs: 300, silentMs: 100, words })).toBe('backchannel');
    },
  );

  it('takes a sound without words for a cough', () => {
    expect(judgeBargeIn({ speechMs: 200, silentMs: 150, words: '' })).toBe('backchannel');
  });

  it('stops for long speech before any word is known', () => {
    expect(judgeBargeIn({ speechMs: 600, silentMs: 0, words: undefined })).toBe('undecided');
    expect(judgeBargeIn({ speechMs: 900, silentMs: 0, words: undefined })).toBe('interruption');
  });

  it('decides by length when the recogniser never answers', () => {
    expect(judgeBargeIn({ speechMs: 200, silentMs: 1_500, words: undefined })).toBe('backchannel');
    expect(judgeBargeIn({ speechMs: 700, silentMs: 1_500, words: undefined })).toBe('interruption');
  });
});
