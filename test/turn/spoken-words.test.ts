import { describe, expect, it } from 'vitest';
import { spokenWords } from '../../src/turn/spoken-words.ts';

describe('the words of a transcript', () => {
  it.each([
    '',
    '.',
    '...',
    '。',
    '♪',
    '♪ ♪',
    '[Music]',
    '[BLANK_AUDIO]',
    '(coughs)',
    '(door closes) [silence]',
    '*sigh*',
    '【音乐】',
    '（咳嗽）',
    // A streaming recogniser is in the middle of it.
    '(cou',
  ])('are none where "%s" tells of a sound alone', (transcript) => {
    expect(spokenWords(transcript)).toBe('');
  });

  it.each([
    'Stop.',
    '停',
    '42',
    '(coughs) Stop.',
    'I live in Paris (France).',
    '♪ La la la ♪',
    'sí',
  ])('are left as they are: "%s"', (transcript) => {
    expect(spokenWords(transcript)).toBe(transcript);
  });

  it('are found at once in a transcript of nothing but brackets', () => {
    expect(spokenWords('([*（'.repeat(50_000))).toBe('');
  });
});
