import { describe, expect, it } from 'vitest';
import { parseVoices, VoiceBook } from '../../../src/offline/speech/voices.ts';

const lines = [
  ' 5  cmn             --/M      Chinese_(Mandarin,_latin_as_English) sit/cmn              (zh-cmn 5)(zh 5)',
  ' 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)',
  ' 2  en-us           --/M      English_(America)  gmw/en-US            (en 3)',
  ' 5  fr-fr           --/M      French_(France)    roa/fr               (fr 5)',
  ' 5  ja              --/M      Japanese           jpx/ja               ',
  ' 5  pt-br           --/M      Portuguese_(Brazil) roa/pt-BR            (pt 6)',
  'program exited (with status: 0)',
];
const book = new VoiceBook(parseVoices(lines));
const nameFor = (voice: string, language?: string, text = 'Hello.') =>
  book.voiceFor(text, { voice, language, speed: 1 }).name;

describe('voices', () => {
  it('are read from the list of espeak-ng', () => {
    expect(parseVoices(lines)).toHaveLength(6);
    expect(parseVoices(lines)[0]).toEqual({
      id: 'cmn',
      name: 'Chinese (Mandarin, latin as English)',
      aliases: ['zh-cmn', 'zh'],
    });
  });

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
