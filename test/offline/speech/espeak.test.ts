import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { pcmBytes } from '../../../src/audio/pcm-bytes.ts';
import { Espeak, EspeakFailed } from '../../../src/offline/speech/espeak.ts';
import { utterance } from '../../../src/offline/speech/utterance.ts';

let espeak: Espeak;
beforeAll(async () => {
  espeak = await Espeak.open();
});
const voice = { name: 'en-us', wordsPerMinute: 150, pitch: 50 };

async function spoken(text: string, by = espeak, name = 'en-us'): Promise<string> {
  const { samples } = await by.speak(text, { ...voice, name });
  return `${samples.length} ${createHash('sha256').update(pcmBytes(samples)).digest('hex')}`;
}

describe('espeak-ng', () => {
  it('says the same whatever it said before, sample by sample', async () => {
    const fresh = await spoken('How do you do?', await Espeak.open());
    await spoken('你好，今天天气很好。', espeak, 'cmn');
    await spoken('Something else, and much longer than that.', espeak, 'fr-fr+f2');
    expect(await spoken('How do you do?')).toBe(fresh);
  });

  it('goes on after a voice that does not exist', async () => {
    const before = await spoken('Still here.');
    await expect(spoken('Hello.', espeak, 'nobody')).rejects.toThrow(EspeakFailed);
    expect(await spoken('Still here.')).toBe(before);
  });

  it('speaks what looks like an option or like phoneme codes', async () => {
    for (const text of ['-v fr', '--help', '[[h@l]]', '<speak>hi</speak>', 'a\0b', '&lt;']) {
      const { samples } = await utterance(espeak, text, voice);
      expect(samples.length).toBeGreaterThan(5_000);
    }
  });

  it('stays the same however often it is asked', async () => {
    const first = await spoken('Hi.');
    for (let i = 0; i < 100; i++) await espeak.speak('Hi.', voice);
    expect(await spoken('Hi.')).toBe(first);
  });

  it('is slower when it shall be', async () => {
    const usual = await espeak.speak('How do you do?', voice);
    const slow = await espeak.speak('How do you do?', { ...voice, wordsPerMinute: 100 });
    expect(slow.samples.length).toBeGreaterThan(usual.samples.length * 1.2);
  });
});

describe('an utterance', () => {
  it('is 24 kHz, begins at once and ends with a short pause', async () => {
    const { samples } = await utterance(espeak, 'Hello.', voice);
    const loud = (sample: number) => Math.abs(sample) > 100;
    expect(samples.findIndex(loud)).toBeLessThan(24_000 * 0.03);
    const pauseMs = (samples.length - samples.findLastIndex(loud)) / 24;
    expect(pauseMs).toBeGreaterThan(150);
    expect(pauseMs).toBeLessThan(300);
  });

  it('knows when each word and phoneme sounds', async () => {
    const { samples, timing } = await utterance(espeak, 'Hello, my friend!', voice);
    expect(timing.words.map(({ text }) => text)).toEqual(['Hello, ', 'my ', 'friend!']);
    expect(timing.phonemes.map(({ ipa }) => ipa).join('')).toBe('həlˈoʊmaɪfɹˈɛnd');
    const soundMs = samples.length / 24;
    let lastMs = 0;
    for (const { startMs, endMs } of timing.words) {
      expect(startMs).toBeGreaterThanOrEqual(lastMs);
      expect(endMs).toBeGreaterThan(startMs);
      lastMs = endMs;
    }
    // The pause after the last word is no part of it.
    expect(lastMs).toBeLessThan(soundMs - 200);
    expect(lastMs).toBeGreaterThan(soundMs - 350);
  });

  it.each([
    ['In 1999 there were 3.5 million.', ['In ', '1999 ', 'there were ', '3.5 ', 'million.']],
    ['😀 Yes & no <b>now</b>', undefined],
    ['你好，今天天气很好。', undefined],
    ['Naïve café — “well”…', undefined],
  ])('times words that make up the sentence: %s', async (text, words) => {
    const name = /\p{Script=Han}/u.test(text) ? 'cmn' : 'en-us';
    const { timing } = await utterance(espeak, text, { ...voice, name });
    expect(timing.words.map((word) => word.text).join('')).toBe(text);
    if (words) expect(timing.words.map((word) => word.text)).toEqual(words);
  });

  it('of nothing is empty', async () => {
    expect((await utterance(espeak, '...', voice)).samples).toHaveLength(0);
  });
});
