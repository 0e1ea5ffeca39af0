import { describe, expect, it } from 'vitest';
import { asksForPicture } from '../../src/script/picture-request.ts';

describe('words that ask for a picture', () => {
  it.each([
    '画一张你骑马的图',
    '给我画个月亮',
    '发张照片看看',
    '能发一张你的自拍吗？',
    '我想看你的照片',
    'Draw a horse for me.',
    'Could you send me a picture of your castle?',
    'Show me a selfie!',
  ])('%s', (words) => {
    expect(asksForPicture(words)).toBe(true);
  });

  it.each([
    '你叫什么名字',
    '计划怎么样了',
    '不要再画了',
    '别发照片给我',
    'Do not draw anything.',
    'Where do we draw the line?',
    'I have a picture of you in my head.',
    '',
  ])('do not: %s', (words) => {
    expect(asksForPicture(words)).toBe(false);
  });
});
