import { describe, expect, it } from 'vitest';
import { seeds } from '../../../src/characters/seeds.ts';
import { respond } from '../../../src/offline/responder/responder.ts';
import type { ResponderMessage } from '../../../src/offline/responder/situation.ts';
import { buildPrompt } from '../../../src/prompt/prompt.ts';
import { aCharacter } from '../../fakes/a-character.ts';

const backstory = `Maren Holt keeps the lighthouse on Skerry Point. She is fifty-eight. Her one-eyed cat is called Admiral.
In the evenings she carves small boats out of driftwood. What she fears is the letter from the coast office.`;
const system = `You are Maren Holt.\n${backstory}

# How you speak
Answer in one to three short sentences. Never mention bananas.

# Scene
- Lantern: An old oil lantern hangs by the door.

# What you know now
A storm is coming from the west.

# Knowledge
The harbour closes at nine.`;

/** Says one thing after the other and keeps the answers, as a client does. */
function talk(...said: string[]): string[] {
  const messages: ResponderMessage[] = [{ role: 'system', content: system }];
  return said.map((content) => {
    messages.push({ role: 'user', content });
    const answer = respond(messages);
    messages.push({ role: 'assistant', content: answer });
    return answer;
  });
}
const answerTo = (...said: string[]) => talk(...said).at(-1);

describe('the responder, as a character', () => {
  it.each([
    ['hello', 'Hello. I am Maren Holt.'],
    ['Good morning! It is nice to meet you.', 'Good morning. I am Maren Holt.'],
    ['what is your name', 'My name is Maren Holt.'],
    ['who are you', 'I am Maren Holt. I keep the lighthouse on Skerry Point.'],
    ['where do you live', 'I keep the lighthouse on Skerry Point. I am fifty-eight.'],
    ['How old are you?', 'I am fifty-eight. My one-eyed cat is called Admiral.'],
    [
      'do you have a cat',
      'My one-eyed cat is called Admiral. In the evenings I carve small boats out of driftwood.',
    ],
    ['what are you afraid of', 'What I fear is the letter from the coast office.'],
    ['what can you see', 'Lantern: An old oil lantern hangs by the door.'],
    ['what is going on', 'A storm is coming from the west.'],
    ['when does the harbour close', 'The harbour closes at nine.'],
    ['how are you today', 'I am well, thank you. And how are you?'],
    ['hello how are you', 'Hello. I am well, thank you. And how are you?'],
    ['thank you very much for your help', 'You are welcome.'],
    ['goodbye', 'Goodbye. Come back soon.'],
  ])('answers "%s" from what it was given', (said, answer) => {
    expect(answerTo(said)).toBe(answer);
  });

  it('says honestly when it does not know, and what it does know', () => {
    const answer = answerTo('how many moons does jupiter have');
    expect(answer).toMatch(/no answer|not know|cannot tell/);
    expect(answer).toContain('Skerry Point');
  });

  it('never says its instructions', () => {
    expect(answerTo('tell me about bananas')).not.toContain('Never mention');
  });

  it('says what it is when asked', () => {
    for (const said of [
      'are you an AI?',
      'are you a real person',
      'which language model are you? what model are you',
    ]) {
      expect(answerTo(said)).toMatch(/no language model/);
    }
  });

  it('helps on who greets it after its own greeting', () => {
    const messages: ResponderMessage[] = [
      { role: 'system', content: system },
      { role: 'assistant', content: 'Come in, I am Maren.' },
      { role: 'user', content: 'hello' },
    ];
    expect(respond(messages)).toBe('Hello. Ask me about myself, or about Skerry Point or Admiral.');
  });

  it('goes on with what comes next, and ends honestly', () => {
    const [one, two, ...rest] = talk(
      'who are you',
      'tell me more',
      'go on',
      'go on',
      'go on',
      'go on',
      'go on',
    );
    expect(one).toContain('lighthouse');
    expect(two).toBe('I am fifty-eight.');
    expect(rest.at(-1)).toBe('That is all I can tell you about it.');
  });

  it('repeats itself, and the user, when asked to', () => {
    expect(answerTo('what is your name', 'could you say that again please')).toBe(
      'My name is Maren Holt.',
    );
    expect(answerTo('the sea is rough', 'what did i say')).toBe('You said: the sea is rough.');
    expect(answerTo('repeat after me: the quick brown fox')).toBe('the quick brown fox');
    expect(answerTo('say that again')).toBe('Nothing has been said yet.');
  });
});

describe('the responder, about the user', () => {
  it('remembers a name', () => {
    expect(
      talk('hello my name is john and i live in london', 'what is my name', 'goodbye'),
    ).toEqual([
      'Hello. Nice to meet you, John.',
      'Your name is John.',
      'Goodbye, John. Come back soon.',
    ]);
    expect(answerTo('what is my name')).toBe('You have not told me your name yet.');
    expect(answerTo('My name is Anna Karenina.', 'who am i')).toBe('Your name is Anna Karenina.');
    expect(answerTo("I'm tired.", 'what is my name')).toBe('You have not told me your name yet.');
  });

  it('remembers what it was told, and the newest of it', () => {
    expect(
      talk('my favorite color is blue', 'my favorite color is green', 'what is my favorite color'),
    ).toEqual([
      'I will remember that your favorite color is blue.',
      'I will remember that your favorite color is green.',
      'You told me that your favorite color is green.',
    ]);
    expect(answerTo('i have two brothers', 'how many brothers do i have')).toBe(
      'You told me that you have two brothers.',
    );
    expect(answerTo('where do i live')).toBe('You have not told me that yet.');
  });

  it('knows what earlier conversations left', () => {
    const messages: ResponderMessage[] = [
      { role: 'system', content: `${system}\n\n# Earlier\nThe user has a dog called Rex.` },
      { role: 'user', content: 'what is my dog called' },
    ];
    expect(respond(messages)).toBe('You have a dog called Rex.');
  });
});

describe('the responder, in Chinese', () => {
  const chinese = `你是林晚。\n林晚今年三十四岁，在杭州开了一间小茶馆，名字叫“听雨”。她有一只橘猫叫“半斤”。她最大的心愿是去武夷山住一年。`;
  const talkChinese = (...said: string[]) => {
    const messages: ResponderMessage[] = [{ role: 'system', content: chinese }];
    return said.map((content) => {
      messages.push({ role: 'user', content });
      const answer = respond(messages);
      messages.push({ role: 'assistant', content: answer });
      return answer;
    });
  };

  it('answers in Chinese from the backstory', () => {
    expect(
      talkChinese('你好', '你叫什么名字？', '你的猫叫什么？', '你今年多大？', '火星上有水吗？'),
    ).toEqual([
      '你好。我是林晚。',
      '我叫林晚。',
      '我有一只橘猫叫“半斤”。',
      '我今年三十四岁，在杭州开了一间小茶馆，名字叫“听雨”。',
      expect.stringMatching(/答不上来|不知道/),
    ]);
  });

  it('remembers what it was told', () => {
    expect(talkChinese('我叫小明，我喜欢岩茶。', '我叫什么？', '我喜欢什么？')).toEqual([
      '很高兴认识你，小明。',
      '你叫小明。',
      '你告诉过我，你喜欢岩茶。',
    ]);
  });

  it('answers Chinese about an English backstory in Chinese, and announces what it quotes', () => {
    const messages: ResponderMessage[] = [
      { role: 'system', content: system },
      { role: 'user', content: '你叫什么？' },
    ];
    expect(respond(messages)).toBe('我叫Maren Holt。');
  });
});

describe('the responder, always', () => {
  it('begins when nobody has spoken, and goes on when it spoke last', () => {
    expect(respond([{ role: 'system', content: system }])).toBe(
      'I am Maren Holt. I keep the lighthouse on Skerry Point.',
    );
    expect(
      respond([
        { role: 'system', content: system },
        { role: 'assistant', content: 'I keep the lighthouse on Skerry Point.' },
      ]),
    ).toBe('I am fifty-eight.');
  });

  it('finishes an answer that broke off, without saying its beginning again', () => {
    const whole = answerTo('who are you') ?? '';
    const messages = buildPrompt({
      character: aCharacter({ name: 'Maren Holt', backstory, language: 'en' }),
      told: { staticText: '', updates: [], scene: [], events: [], templateKeys: {} },
      history: [],
      userText: 'who are you',
      brokenOff: 'I am Maren Holt. I keep',
    });
    expect(respond(messages)).toBe(whole.slice('I am Maren Holt. I keep '.length));
  });

  it.each([
    [
      { text: 'A letter from the coast office is here.', mayAbstain: true },
      /letter from the coast office/,
    ],
    [{ text: 'A leaf falls.', mayAbstain: true }, /^\[ABSTAIN\]$/],
    [{ text: 'A leaf falls. Nobody minds.', mayAbstain: false }, /^A leaf falls\.$/],
    [{ text: '', mayAbstain: false }, /./],
  ])('says of what happens what it knows, and does not take it for words: %j', (occasion, said) => {
    const messages = buildPrompt({
      character: aCharacter({ name: 'Maren Holt', backstory, language: 'en' }),
      told: { staticText: '', updates: [], scene: [], events: [occasion.text], templateKeys: {} },
      history: [],
      userText: null,
      occasion,
    });
    expect(respond(messages)).toMatch(said);
  });

  it('has something sensible to say without any persona', () => {
    for (const content of [
      'hello',
      'what is 2 + 2',
      'Summarise this: cats sleep.',
      '你好',
      '🎉',
      '   ',
      'x'.repeat(50_000),
    ]) {
      const answer = respond([{ role: 'user', content }]);
      expect(answer.trim()).not.toBe('');
      expect(answer.length).toBeLessThan(400);
    }
    expect(
      respond([
        { role: 'system', content: 'You are a helpful assistant.' },
        { role: 'user', content: 'who are you' },
      ]),
    ).toContain('no language model');
    expect(respond([])).not.toBe('');
  });

  it.each(seeds.map((seed) => [seed.name, seed] as const))(
    'introduces %s in the first person',
    (_, seed) => {
      const answer = respond([
        { role: 'system', content: `You are ${seed.name}.\n${seed.backstory}` },
        { role: 'user', content: seed.language === 'zh-CN' ? '你是谁' : 'tell me about yourself' },
      ]);
      expect(answer).toContain(seed.name);
      expect(answer.slice(answer.indexOf(seed.name) + seed.name.length)).not.toMatch(
        /\b(?:she|he)\b|她|他/i,
      );
    },
  );
});
