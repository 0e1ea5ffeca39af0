import { describe, expect, it } from 'vitest';
import { passagesOf } from '../../src/knowledge/passages.ts';
import { readPassages } from '../../src/knowledge/read-passages.ts';

describe('passages', () => {
  it('are some sentences each, cut between them and nowhere else', () => {
    const sentence = 'The keeper of Skerry light counts the boats that come home at dusk.';
    const passages = passagesOf(Array<string>(40).fill(sentence).join(' '));
    expect(passages.length).toBeGreaterThan(3);
    for (const passage of passages) {
      expect(passage.length).toBeLessThan(800);
      expect(passage).toMatch(/^The keeper.*dusk\.$/);
    }
  });

  it('say the heading that they stand under', () => {
    expect(passagesOf('# Tides\n\nAt noon.\n\n## Bread ##\n\nBefore dawn.')).toEqual([
      'Tides: At noon.',
      'Bread: Before dawn.',
    ]);
    expect(passagesOf('# About C#\nIt compiles.')).toEqual(['About C#: It compiles.']);
  });

  it('lose nothing of what is too long for a heading', () => {
    const long = `${'all of it counts '.repeat(20)}to the end.`;
    const passages = passagesOf(`# Tides\n# ${long}\nAt noon.`);
    expect(passages.join(' ')).toContain('to the end.');
    expect(passages.join(' ')).toContain('At noon.');
    expect(passages[0]).toMatch(/^Tides: all of it/);
  });

  it('join the lines of a paragraph, in Chinese without a space', () => {
    expect(passagesOf('High water\nis at noon.')).toEqual(['High water is at noon.']);
    expect(passagesOf('茶馆每天\n六点开门。')).toEqual(['茶馆每天六点开门。']);
  });

  it('end with their paragraph, as Windows ends its lines too', () => {
    const long = 'The keeper counts the boats that come home. '.repeat(8).trim();
    expect(passagesOf(`${long}\r\n\r\n${long}`)).toEqual([long, long]);
  });

  it('take the items of a list for themselves', () => {
    const item = 'The keeper counts the boats that come home. '.repeat(8).trim();
    expect(passagesOf(`- ${item}\n- ${item}`)).toEqual([`- ${item}`, `- ${item}`]);
  });

  it('are none where there is nothing to read', () => {
    expect(passagesOf(' \n\n --- \n')).toEqual([]);
  });
});

/** As long as a text may be, and such that a pattern that looks back or tries again would take hours. */
const most = 1_990_000;
const hostile: [string, string][] = [
  ['a heading of hashes', `# a${'#'.repeat(most)}b`],
  ['a heading of blanks', `# a${' '.repeat(most)}#b\nbelow`],
  ['a letter and brackets', `a${')'.repeat(most)}`],
  ['full stops and brackets', `${'.)'.repeat(most / 2)}a`],
  ['one line of letters', 'a'.repeat(most)],
  ['one line of Chinese', '茶'.repeat(most)],
  ['a line for each letter', 'a\n'.repeat(most / 2)],
  ['lines of blanks', `a\n${' \n'.repeat(most / 2)}b`],
  ['quotation marks', `。${'”'.repeat(most)}b`],
  ['marks that go on letters', `a${'\u0301'.repeat(most)}`],
  ['numbers of items', `${'1. '.repeat(most / 3)}a`],
  ['words with apostrophes', `${"a'".repeat(most / 2)}b`],
];

describe('a text made to take for ever', () => {
  it.each(hostile)('is done with at once: %s', (_what, text) => {
    expect(passagesOf(text).join('').length).toBeGreaterThan(0);
  });
});

describe('what is read of a file', () => {
  const read = (text: string) => readPassages({ kind: 'txt', content: Buffer.from(text) });

  it('is its passages, each with what it is about', async () => {
    expect(await read('High water is at noon.\0')).toEqual({
      characters: 22,
      passages: [{ text: 'High water is at noon.', terms: 'high water noon' }],
    });
  });

  it.each([
    ['a'.repeat(2_000_001), /2000001 characters; at most 2000000/],
    ['# a\nb\n'.repeat(20_001), /too many parts/],
    [' \n', /no text/],
  ])('is refused beyond its limits', async (text, why) => {
    await expect(read(text)).rejects.toThrow(why);
  });
});
