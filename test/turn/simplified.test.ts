import { describe, expect, it } from 'vitest';
import { judgeBargeIn } from '../../src/turn/barge-in.ts';
import { completeness } from '../../src/turn/languages.ts';
import { simplified } from '../../src/turn/simplified.ts';

describe('traditional Chinese', () => {
  it('is read in the characters of the rules', () => {
    expect(simplified('沒錯，這樣對嗎？ OK')).toBe('没错，这样对吗？ OK');
    expect(simplified('今天天气')).toBe('今天天气');
  });

  it.each([
    ['因為', 'unfinished'],
    ['我覺得', 'unfinished'],
    ['我想問一下，如果', 'unfinished'],
    ['這個', 'unfinished'],
    ['我最喜歡的顏色是', 'unfinished'],
    ['你知道嗎', 'complete'],
    ['請告訴我', 'complete'],
    ['沒關係', 'complete'],
    ['我的電話號碼是一三八', 'enumerating'],
  ])('is waited for as in simplified characters: %s', (text, expected) => {
    expect(completeness(text)).toBe(expected);
    expect(completeness(simplified(text))).toBe(expected);
  });

  it.each(['對', '對啊', '沒錯', '真的嗎？', '當然', '原來如此', '這樣啊', '沒問題', '厲害'])(
    'has its listening noises, too: %s',
    (words) => {
      expect(judgeBargeIn({ speechMs: 300, silentMs: 100, words })).toBe('backchannel');
    },
  );

  it.each(['對不起', '沒有人', '等一下'])('has its interruptions, too: %s', (words) => {
    expect(judgeBargeIn({ speechMs: 300, silentMs: 100, words })).toBe('interruption');
  });
});
