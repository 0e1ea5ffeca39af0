import { describe, expect, it } from 'vitest';
import { visemesOf } from '../../src/face/phoneme-visemes.ts';

describe('the shapes of a phoneme', () => {
  it.each([
    ['p', ['pp']],
    ['m', ['pp']],
    ['v', ['ff']],
    ['θ', ['th']],
    ['t', ['dd']],
    ['ɡ', ['kk']],
    ['ʃ', ['ch']],
    ['z', ['ss']],
    ['l', ['nn']],
    ['ŋ', ['nn']],
    ['ɹ', ['rr']],
    ['ˈɑː', ['aa']],
    ['ɛ', ['e']],
    ['ᵻ', ['ih']],
    ['ɔː', ['oh']],
    ['w', ['ou']],
  ])('of [%s] are %j', (ipa, shapes) => {
    expect(visemesOf(ipa)).toEqual(shapes);
  });

  it('are two for a diphthong', () => {
    expect(visemesOf('ˈaɪ')).toEqual(['aa', 'ih']);
    expect(visemesOf('oʊ')).toEqual(['oh', 'ou']);
    expect(visemesOf('iɛ')).toEqual(['ih', 'e']);
  });

  it('are those of the fricative for an affricate', () => {
    expect(visemesOf('tʃ')).toEqual(['ch']);
    expect(visemesOf('dʒ')).toEqual(['ch']);
    expect(visemesOf('tɕh')).toEqual(['ch']);
    expect(visemesOf('ts')).toEqual(['ss']);
  });

  it('are none for what is made in the throat, and for what nobody knows', () => {
    for (const ipa of ['h', 'ʔ', '', 'ː', '→', '5']) expect(visemesOf(ipa)).toEqual([]);
  });
});
