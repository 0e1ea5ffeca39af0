import { describe, expect, it } from 'vitest';
import { saidBack } from '../../../src/offline/responder/said-back.ts';

describe('what somebody said of themselves', () => {
  it.each([
    ['my dog likes you', 'your dog likes me'],
    ["i'm sure you know my sister", 'you are sure I know your sister'],
    ['I was in your town', 'you were in my town'],
    ['我喜欢你的茶', '你喜欢我的茶'],
  ])('is said back: "%s"', (said, back) => {
    expect(saidBack(said)).toBe(back);
  });
});
