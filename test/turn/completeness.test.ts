import { describe, expect, it } from 'vitest';
import { completeness } from '../../src/turn/completeness.ts';

describe('completeness', () => {
  it.each([
    'yes',
    'Okay.',
    'What is your name?',
    'where are you from',
    'Tell me about the harbour.',
    'yes I am',
    'what is it for',
    'I like it too',
    '你叫什么名字？',
    '今天天气怎么样',
    '好的',
  ])('hears a whole thought in "%s"', (text) => {
    expect(completeness(text)).toBe('complete');
  });

  it.each([
    'um',
    'I want to',
    'I want to, um',
    'tell me about the',
    'I went to the market and',
    'because',
    'my number is five five one',
    'it is nine four two',
    'I think that',
    'such as',
    'Well...',
    'first,',
    '我想',
    '因为',
    '我的电话是一三八',
    '然后',
  ])('expects more after "%s"', (text) => {
    expect(completeness(text)).toBe('unfinished');
  });

  it('does not decide about nothing, or a lone unknown word', () => {
    expect(completeness('')).toBe('open');
    expect(completeness('harbour')).toBe('open');
  });
});
