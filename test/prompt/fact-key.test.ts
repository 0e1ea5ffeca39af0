import { describe, expect, it } from 'vitest';
import { factKey, plainKey } from '../../src/prompt/fact-key.ts';

describe('what a fact is the newest of', () => {
  it.each([
    ['My name is Ann', 'name'],
    ["The user's name is Ann Lee.", 'name'],
    ['call me Captain', 'name'],
    ['我叫小明', 'name'],
    ['用户叫小明。', 'name'],
    ['my dog is called Rex', 'dog name'],
    ["The user's dog is called Max.", 'dog name'],
    ["my dog's name is Max", 'dog name'],
    ['My little sister is named Zoë', 'little sister name'],
    ['我的狗叫旺财', '狗 name'],
    ['my favorite colour is blue', 'favourite colour'],
    ["The user's favourite colour is red.", 'favourite colour'],
    ['我最喜欢的颜色是蓝色', 'favourite 颜色'],
    ['I live in London', 'home'],
    ['The user moved to Paris.', 'home'],
    ['我住在北京', 'home'],
    ['I work as a nurse', 'work'],
    ["I'm 42 years old", 'age'],
    ['我今年三十岁', 'age'],
    ['My birthday is on the third of May', 'birthday'],
  ])('%s: %s', (text, key) => {
    expect(factKey(text)).toBe(key);
  });

  it.each(['I like tea', 'my dog is hungry', 'The user has two cats.', '我喜欢茶', ''])(
    'is nothing where several may be true: %s',
    (text) => {
      expect(factKey(text)).toBeUndefined();
    },
  );

  it('is the same however a model writes it', () => {
    const written = ['dog name', "Dog's Name", "the user's dog's name", ' dog_name '];
    expect(new Set(written.map(plainKey))).toEqual(new Set(['dog name']));
    expect(plainKey('favorite colour')).toBe('favourite colour');
    expect(plainKey(' \n#!')).toBeUndefined();
    expect(plainKey('x'.repeat(10_000))).toHaveLength(80);
  });
});
