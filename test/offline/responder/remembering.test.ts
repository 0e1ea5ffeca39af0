import { describe, expect, it } from 'vitest';
import { respond } from '../../../src/offline/responder/responder.ts';
import { factMessages, factsIn } from '../../../src/prompt/facts.ts';
import { buildPrompt } from '../../../src/prompt/prompt.ts';
import { summaryMessages } from '../../../src/prompt/summary.ts';
import { aCharacter } from '../../fakes/a-character.ts';

function drawn(...said: string[]) {
  const turns = said.map((user, index) => ({ number: index + 1, user, character: 'I see.' }));
  return factsIn(respond(factMessages({ known: [], turns })), { turns }) ?? [];
}

function asked(question: string, remembered: { facts: string[]; summary?: string }): string {
  return respond(
    buildPrompt({
      character: aCharacter({ name: 'Maren', backstory: 'She keeps the light at Skerry Point.' }),
      told: { staticText: '', updates: [], scene: [], events: [], templateKeys: {} },
      remembered: { summary: '', ...remembered },
      history: [],
      userText: question,
    }),
  );
}

describe('the embedded responder draws facts', () => {
  it.each([
    ['My name is Sam.', 'The user said: "My name is Sam"', 'name', 3],
    ['Hello! I like green tea.', 'The user said: "I like green tea"', undefined, 2],
    ['my dog is called rex', 'The user said: "my dog is called rex"', 'dog name', 2],
    [
      'Please remember that the key is under the mat.',
      'The user said: "the key is under the mat"',
      undefined,
      3,
    ],
    ['我叫小明。', '用户说：“我叫小明”', 'name', 3],
    ['我喜欢绿茶。', '用户说：“我喜欢绿茶”', undefined, 2],
    ['记住我对花生过敏', '用户说：“我对花生过敏”', undefined, 3],
  ])('%s', (said, text, key, importance) => {
    expect(drawn(said)).toEqual([{ number: 1, key, text, importance }]);
  });

  it('from each clause, with the turn it came from', () => {
    const facts = drawn('Hi there', 'my name is Sam and I live in Leeds');
    expect(facts.map(({ number, key }) => [number, key])).toEqual([
      [2, 'name'],
      [2, 'home'],
    ]);
  });

  it.each([
    'What is my name?',
    'How are you?',
    'I am fine, thanks.',
    'Where do I live',
    '我叫什么？',
  ])('and none from %s', (said) => {
    expect(drawn(said)).toEqual([]);
  });
});

describe('the embedded responder remembers', () => {
  it('names and facts of earlier conversations', () => {
    const facts = ['The user said: "My name is Sam"', 'The user said: "my dog is called Rex"'];
    expect(asked('What is my name?', { facts })).toContain('Sam');
    expect(asked('What is my dog called?', { facts })).toContain('your dog is called Rex');
  });

  it('what a model or an application has written', () => {
    const facts = ["The user's favourite colour is blue.", 'The user likes hiking.'];
    expect(asked('What is my favourite colour?', { facts })).toBe('Your favourite colour is blue.');
  });

  it('what a summary holds', () => {
    const summary = 'The user said: "my cat is called Tom"';
    expect(asked('What is my cat called?', { facts: [], summary })).toContain('Tom');
  });

  it('in Chinese', () => {
    const facts = ['用户说：“我的狗叫旺财”'];
    expect(asked('我的狗叫什么？', { facts })).toContain('旺财');
  });

  it('nothing that it was not told', () => {
    expect(asked('What is my name?', { facts: [] })).not.toContain('Sam');
  });
});

describe('the notes of the embedded responder', () => {
  const notes = (before: string, said: { who: string; text: string }[]) =>
    respond(summaryMessages({ before, said }));

  it('keep names, promises and facts, and drop small talk', () => {
    const text = notes('', [
      { who: 'User', text: 'Hello. My name is Sam.' },
      { who: 'You', text: 'Nice to meet you. I will bring you the map tomorrow.' },
      { who: 'User', text: 'What a day.' },
    ]);
    expect(text).toContain('My name is Sam');
    expect(text).toContain('I will bring you the map tomorrow');
    expect(text).not.toContain('What a day');
  });

  it('keep them through many summaries of summaries', () => {
    let text = notes('', [
      { who: 'User', text: 'My name is Sam.' },
      { who: 'You', text: 'I promise you the silver key.' },
    ]);
    for (let n = 0; n < 60; n++)
      text = notes(text, [
        { who: 'User', text: `Then we saw ${n} ships near Port Royal.` },
        { who: 'You', text: `There were ${n} of them in Leith.` },
      ]);
    expect(text).toContain('My name is Sam');
    expect(text).toContain('the silver key');
    expect(text.split('\n').length).toBeLessThanOrEqual(40);
  });
});
