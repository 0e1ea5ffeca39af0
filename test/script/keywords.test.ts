import { describe, expect, it } from 'vitest';
import { keywordIn } from '../../src/script/keywords.ts';

describe('a keyword', () => {
  it.each([
    ['你觉得关键词怎么样？', '关键词'],
    ['关 键-词', '关键词'],
    ['关\u200b键词', '关键词'],
    ['Tell me about POLITICS!', 'politics'],
    ['ｐｏｌｉｔｉｃｓ', 'politics'],
    ['The New   York office', 'new york'],
    ['C++ is hard', 'c++'],
    ['你会用iPhone吗', 'iphone'],
  ])('is found: %s', (text, keyword) => {
    expect(keywordIn(text, ['nothing', keyword])).toBe(keyword);
  });

  it.each([
    ['We start now.', 'art'],
    ['partly', 'part'],
    ['关键', '关键词'],
    ['', '关键词'],
    ['anything', ' '],
    ['a1b', '1'],
  ])('is not found: %s', (text, keyword) => {
    expect(keywordIn(text, [keyword])).toBeUndefined();
  });
});
