import { describe, expect, it } from 'vitest';
import { sentences } from '../../../src/offline/speech/sentences.ts';

describe('sentences', () => {
  it('are cut at their ends, in English and Chinese', () => {
    expect(sentences('Hello there. How are you? "Fine!" he said.')).toEqual([
      'Hello there.',
      'How are you?',
      '"Fine!"',
      'he said.',
    ]);
    expect(sentences('你好。今天天气很好！去哪儿？')).toEqual([
      '你好。',
      '今天天气很好！',
      '去哪儿？',
    ]);
  });

  it('keep numbers whole and leave out what cannot be said', () => {
    expect(sentences('It costs 3.50 today.\n\n...\n—\n')).toEqual(['It costs 3.50 today.']);
    expect(sentences(' ?! ')).toEqual([]);
  });

  it('keep their quotation marks, and come to an end whatever they are made of', () => {
    expect(sentences('他说：“好。”她走了。')).toEqual(['他说：“好。”', '她走了。']);
    expect(sentences(`Well${')'.repeat(1_000_000)}`).length).toBeGreaterThan(0);
    expect(sentences('!"'.repeat(500_000))).toEqual([]);
  });

  it('are never long, lose no word, and are cut at commas first', () => {
    const long = `${'word '.repeat(30)}here, ${'and more '.repeat(40)}`;
    const parts = sentences(long);
    expect(parts[0]).toMatch(/here,$/);
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(240);
    expect(parts.join(' ')).toBe(long.trim());
  });

  it('cut a text without any spaces between whole characters', () => {
    const parts = sentences('🎵a'.repeat(200));
    expect(parts.join('')).toBe('🎵a'.repeat(200));
    for (const part of parts) expect(Buffer.from(part).toString()).toBe(part);
  });
});
