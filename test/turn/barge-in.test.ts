import { describe, expect, it } from 'vitest';
import { judgeBargeIn, nextJudgementMs } from '../../src/turn/barge-in.ts';

describe('judging sound over the voice', () => {
  it.each([
    'stop',
    'wait a moment',
    'no',
    'what about the ship',
    '等一下',
    'yeah but why',
    'good morning',
    'ohio',
    '对不起',
    '好久不见',
    '是不是',
    'all of it',
    "that's right but why",
    'uh-uh',
    'mm-mm',
    'awful',
  ])('takes "%s" for an interruption, however short', (words) => {
    expect(judgeBargeIn({ speechMs: 250, silentMs: 100, words })).toBe('interruption');
  });

  it.each([
    'mm-hm',
    'Mhm.',
    'right',
    'yeah, right',
    'uh-huh',
    'I see',
    '嗯',
    '对对',
    '好的',
    '是的',
    '明白了',
    'Got it.',
    'Oh, really?',
    '知道了',
    '哈哈哈',
    'mmmm',
    'Mhmm.',
    'Um-hum.',
    'All right.',
    "That's great!",
    'Ooh, nice',
    'Mm…',
    'Yea.',
    'hahaha',
    '是吗？',
    '对呀',
    '嘿嘿',
    '太好了',
  ])('takes "%s" for listening', (words) => {
    expect(judgeBargeIn({ speechMs: 300, silentMs: 100, words })).toBe('backchannel');
  });

  it('takes a sound without words for a cough', () => {
    expect(judgeBargeIn({ speechMs: 200, silentMs: 150, words: '' })).toBe('backchannel');
  });

  it('stops for long speech before any word is known', () => {
    expect(judgeBargeIn({ speechMs: 1_500, silentMs: 0, words: undefined })).toBe('undecided');
    expect(judgeBargeIn({ speechMs: 1_800, silentMs: 0, words: undefined })).toBe('interruption');
  });

  it('decides by length when the recogniser never answers', () => {
    expect(judgeBargeIn({ speechMs: 200, silentMs: 1_500, words: undefined })).toBe('backchannel');
    expect(judgeBargeIn({ speechMs: 700, silentMs: 1_500, words: undefined })).toBe('interruption');
  });

  it('does not take long agreement for an interruption before it is longer than any', () => {
    const words = 'yeah yeah right';
    expect(judgeBargeIn({ speechMs: 1_000, silentMs: 0, words })).toBe('undecided');
    expect(judgeBargeIn({ speechMs: 1_000, silentMs: 50, words })).toBe('backchannel');
    expect(judgeBargeIn({ speechMs: 1_500, silentMs: 0, words })).toBe('interruption');
  });

  it('takes a long sound without words for a noise, even while it lasts', () => {
    expect(judgeBargeIn({ speechMs: 1_200, silentMs: 0, words: '' })).toBe('undecided');
    expect(judgeBargeIn({ speechMs: 2_000, silentMs: 0, words: '' })).toBe('backchannel');
  });

  it.each(['got', '真', 'Uh-h', 'all'])('waits for the rest of "%s", but not for long', (words) => {
    expect(judgeBargeIn({ speechMs: 200, silentMs: 100, words })).toBe('undecided');
    expect(judgeBargeIn({ speechMs: 200, silentMs: 400, words })).toBe('interruption');
  });

  it('knows when time alone will decide', () => {
    for (const words of [undefined, '', 'right', 'got']) {
      for (const silentMs of [0, 40, 1_400]) {
        const overlap = { speechMs: 300, silentMs, words };
        const laterMs = nextJudgementMs(overlap);
        const later =
          silentMs === 0
            ? { ...overlap, speechMs: 300 + laterMs }
            : { ...overlap, silentMs: silentMs + laterMs };
        expect(judgeBargeIn(later)).not.toBe('undecided');
      }
    }
  });
});
