import { describe, expect, it } from 'vitest';
import type { Completeness } from '../../src/turn/completeness.ts';
import { wordsEndpointer } from '../../src/turn/endpointing.ts';
import { completeness } from '../../src/turn/languages.ts';

const judged: Record<Completeness, readonly string[]> = {
  complete: [
    'yes',
    'Okay.',
    'What is your name?',
    'where are you from',
    'Tell me about the harbour.',
    'yes I am',
    'what is it for',
    'hold on',
    'turn it off',
    'Twenty three.',
    'come in',
    'My card number is 4111 2222 3333 4444.',
    'call me at five five five zero one four two nine seven six',
    '你叫什么名字？',
    '今天天气怎么样',
    '好的',
    '请帮我把门打开',
    '我的电话是一三八零零一二三四五六',
    '邮编是100084。',
  ],
  statement: [
    'I like it too',
    'The ship left.',
    'My brother says that the bridge was closed.',
    'I was born in 1984.',
    'it costs twenty three coins',
    'I need apples, bananas and some bread.',
    'We have red, green, and blue.',
    'I like it here, thanks.',
    '我昨天去了市场',
    '我们有红色、绿色和蓝色。',
  ],
  open: [
    '',
    'harbour',
    'I do',
    'my brother',
    'tell me',
    'What.',
    '你还记得国王来的',
    '小时候的时候',
    'I have a question.',
    'We have red.',
    'the code is four two one seven',
    'I have been to Paris, London.',
    '我要苹果',
    '我要一个',
    '我问的不是这个',
  ],
  enumerating: [
    'my number is five five one',
    'it is nine four two',
    'My number is 555.',
    'The pin is 12.',
    'four two seven',
    'I packed a rope, a lamp',
    'i packed a rope a lamp',
    'red, green, blue',
    '我的电话是一三八',
    '密码是42。',
    '我带了绳子、灯。',
  ],
  unfinished: [
    'um',
    'I want to',
    'I want to, um',
    'tell me about the',
    'I went to the market and',
    'because',
    'I would like to go to.',
    'The thing is that.',
    'I think that',
    'such as',
    'Well...',
    'first,',
    'can you',
    'I should have',
    'he was',
    'I mean',
    'we always',
    'let us',
    '我们本来应该',
    '你把银勺子放到',
    '他说',
    '我想',
    '因为',
    '然后',
    '我想再',
    '我一直在找一个',
    '我最喜欢的颜色是',
    '他这个人怎么说呢',
    '我想去那个',
    '我',
    '那',
  ],
};

describe('completeness', () => {
  const table = Object.entries(judged).flatMap(([wanted, texts]) =>
    texts.map((text) => ({ wanted, text })),
  );
  it.each(table)('hears that "$text" is $wanted', ({ wanted, text }) => {
    expect(completeness(text)).toBe(wanted);
  });

  it('waits the longer the less the words speak for an end', () => {
    const endpointer = wordsEndpointer();
    const waits = [
      'Where are you?',
      'The ship left.',
      'harbour',
      'my number is five five one',
      'I want to',
    ].map((text) => endpointer.silenceMs(text));
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(new Set(waits).size).toBe(waits.length);
  });

  it('is decided by punctuation in a language whose words it does not know', () => {
    expect(completeness('¿Dónde está el puerto?')).toBe('complete');
    expect(completeness('Quiero ir al puerto, ')).toBe('unfinished');
  });
});
