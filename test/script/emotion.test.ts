import { describe, expect, it } from 'vitest';
import { emotionOf } from '../../src/script/emotion-of.ts';
import { readEmotion } from '../../src/script/emotion.ts';
import { spokenForm } from '../../src/script/emoji.ts';

const thresholds = {
  min_word_threshold: 3,
  low_intensity_threshold: 0.33,
  high_intensity_threshold: 0.66,
};

describe('the emotion that a model marks', () => {
  it.each([
    ['joy 2', { emotion: 'joy', scale: 2 }],
    ['Happy (3)', { emotion: 'joy', scale: 3 }],
    ['very sad', { emotion: 'sadness', scale: 3 }],
    ['slightly annoyed', { emotion: 'anger', scale: 1 }],
    ['terrified', { emotion: 'fear', scale: 3 }],
    ['curious', { emotion: 'anticipation', scale: 2 }],
    ['neutral 1', { emotion: 'neutral', scale: 1 }],
    ['开心 2', { emotion: 'joy', scale: 2 }],
    ['anger 12', { emotion: 'anger', scale: 2 }],
    ['purple', undefined],
    ['constructor', undefined],
    ['', undefined],
  ])('reads "%s"', (text, emotion) => {
    expect(readEmotion(text)).toEqual(emotion);
  });
});

describe('the emotion that words show', () => {
  it.each([
    ['I am happy to see you.', 'joy', 2],
    ['That is good to know.', 'joy', 1],
    ['That is wonderful, I am so happy!', 'joy', 3],
    ['I am not happy about it.', 'sadness', 1],
    ['Oh no, I am so sorry, that is a terrible tragedy.', 'sadness', 3],
    ['I am afraid of the dark.', 'fear', 2],
    ['You liar, I hate you, I am furious!', 'anger', 3],
    ['我很高兴认识你。', 'joy', 3],
    ['我今天有点难过，抱歉。', 'sadness', 2],
    ['我不太开心，真的。', 'sadness', 1],
    ['小心，那里很危险！', 'fear', 3],
  ])('is found in "%s"', (text, emotion, scale) => {
    expect(emotionOf(text, thresholds)).toEqual({ emotion, scale });
  });

  it.each([
    'The harbour lies below the hill.',
    'I am not afraid of that.',
    'Happy now?',
    '很高兴。',
    '港口在山下，走十分钟就到。',
    '',
  ])('is none in "%s"', (text) => {
    expect(emotionOf(text, thresholds)).toBeUndefined();
  });

  it('goes by the thresholds that the client sets', () => {
    const strict = { ...thresholds, low_intensity_threshold: 0.9, high_intensity_threshold: 0.95 };
    expect(emotionOf('I am happy to see you.', strict)?.scale).toBe(1);
    expect(emotionOf('Happy now?', { ...thresholds, min_word_threshold: 0 })?.emotion).toBe('joy');
  });
});

describe('what is said of a written piece', () => {
  it.each([
    ['Hello 🙂!', 'Hello!'],
    ['👩‍👩‍👧‍👦 family 👍🏽 and 🇨🇳 1️⃣ ❤️', ' family and '],
    ['Well :smile: done :+1:', 'Well done '],
    [
      'At 10:30:45 sharp, std::vector::size, © 2024 ™',
      'At 10:30:45 sharp, std::vector::size, © 2024 ™',
    ],
    ['Number 5, #1 * 2', 'Number 5, #1 * 2'],
    ['Note:this:that', 'Note:this:that'],
    ['你好😀。', '你好。'],
  ])('"%s" has no picture in it', (written, said) => {
    expect(spokenForm(written)).toBe(said);
  });
});
