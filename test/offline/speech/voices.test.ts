import { describe, expect, it } from 'vitest';
import { VoiceBook } from '../../../src/offline/speech/voices.ts';

const book = new VoiceBook([
  { id: 'cmn', name: 'Chinese (Mandarin, latin as English)', aliases: ['zh-cmn', 'zh'] },
  { id: 'en-gb', name: 'English (Great Britain)', aliases: ['en'] },
  { id: 'en-us', name: 'English (America)', aliases: ['en'] },
  { id: 'fr-fr', name: 'French (France)', aliases: ['fr'] },
  { id: 'ja', name: 'Japanese', aliases: [] },
  { id: 'pt-br', name: 'Portuguese (Brazil)', aliases: ['pt'] },
]);
const nameFor = (voice: string, language?: string, text = 'Hello.') =>
  book.voiceFor(text, { voice, language, speed: 1 }).name;

describe('voices', () => {
  it('may be named as espeak-ng does, with a variant', () => {
    expect(nameFor('en-gb')).toBe('en-gb');
    expect(nameFor('fr-fr+f2')).toBe('fr-fr+f2');
    expect(nameFor('en-gb+;rm -rf')).toBe('en-gb');
  });

  it('with the names of OpenAI speak the language they are asked to', () => {
    expect(nameFor('alloy')).toBe('en-us');
    expect(nameFor('onyx', 'pt-BR')).toBe('pt-br+m5');
    expect(nameFor('nova', 'en-GB-oxendict')).toBe('en-gb+f3');
    expect(nameFor('nova', 'zh-CN')).toBe('cmn+f3');
    expect(nameFor('nova', 'xx')).toBe('en-us+f3');
  });

  it('with any other name are someone, always the same', () => {
    expect(nameFor('gpt-voice-7')).toMatch(/^en-us\+[mf]\d$/);
    expect(nameFor('gpt-voice-7')).toBe(nameFor('gpt-voice-7'));
  });

  it('change to a language that can read the script', () => {
    expect(nameFor('alloy', 'en-US', '你好')).toBe('cmn');
    expect(nameFor('en-us', undefined, 'こんにちは世界')).toBe('ja');
    expect(nameFor('ja', undefined, '世界')).toBe('ja');
  });

  it('stay within what can be understood', () => {
    expect(book.voiceFor('a', { voice: 'alloy', speed: 4 }).wordsPerMinute).toBe(450);
    expect(book.voiceFor('a', { voice: 'alloy', speed: 0.25 }).wordsPerMinute).toBe(80);
  });
});
