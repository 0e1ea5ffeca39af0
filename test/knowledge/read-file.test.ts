import { describe, expect, it } from 'vitest';
import { documentName, kindOf } from '../../src/knowledge/file-kind.ts';
import { passagesOf } from '../../src/knowledge/passages.ts';
import { readFileText } from '../../src/knowledge/read-file.ts';
import { docxOf, pdfOf, zipOf } from '../fakes/documents.ts';

const text = (words: string) => Buffer.from(words);
const page = text(
  '<!doctype html><title>T</title><h1>Tides</h1><script>alert(1)</script><p>High water is at <b>noon</b>.</p>',
);

describe('a file', () => {
  it('is known by its content, in any of the five kinds', async () => {
    expect(await kindOf(await pdfOf('Noon.'), ['tides.pdf'])).toBe('pdf');
    expect(await kindOf(docxOf(['Noon.']), ['tides.docx'])).toBe('docx');
    expect(await kindOf(page, ['tides'])).toBe('html');
    expect(await kindOf(text('# Tides'), ['tides.md'])).toBe('md');
    expect(await kindOf(text('Noon.'), ['tides', 'tides.txt'])).toBe('txt');
  });

  it('gives its text, headings marked', async () => {
    const pdf = await pdfOf('High water is at', 'noon.');
    expect(await readFileText('pdf', pdf)).toMatch(/High water is at\s+noon\./);
    expect(await readFileText('docx', docxOf(['High water is at noon.', '潮水']))).toBe(
      'High water is at noon.\n\n潮水',
    );
    expect(await readFileText('html', page)).toMatch(/# Tides\n\nHigh water is at noon\.$/);
    expect(await readFileText('txt', text('\u00fcber 潮水'))).toBe('\u00fcber 潮水');
  });

  it('may be written as Windows writes it', async () => {
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('茶馆', 'utf16le')]);
    expect(await readFileText('txt', wide)).toBe('茶馆');
    const gbk = Buffer.from([0xb2, 0xe8, 0xb9, 0xdd]);
    expect(await readFileText('txt', gbk)).toBe('茶馆');
    await expect(readFileText('txt', Buffer.from([0xff, 0x41, 0xff]))).rejects.toThrow(/encoding/);
  });

  it('that says one thing and unpacks to another is not read', async () => {
    const liar = docxOf(['x'], {
      name: 'word/media/a.xml',
      content: Buffer.alloc(2_000_000),
      claimedBytes: 1_000,
    });
    await expect(readFileText('docx', liar)).rejects.toThrow(/cannot be read/);
    const noWord = zipOf({ name: 'word/document.xml', content: text('<not-xml') });
    await expect(readFileText('docx', noWord)).rejects.toThrow(/cannot be read/);
    await expect(readFileText('pdf', text('%PDF-1.7\n%%EOF'))).rejects.toThrow(/broken/);
  });

  it.each([
    '../x.txt',
    'a/b.txt',
    'C:\\x.txt',
    '..',
    '',
    ' ',
    'a\u0000b',
    'a\u202eb',
    'x'.repeat(256),
  ])('is not called %j', (name) => {
    expect(() => documentName(name)).toThrow(/file_name/);
  });
});

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
    expect(passagesOf('# Tides\n\nAt noon.\n\n## Bread\n\nBefore dawn.')).toEqual([
      'Tides: At noon.',
      'Bread: Before dawn.',
    ]);
  });

  it('join the lines of a paragraph, in Chinese without a space', () => {
    expect(passagesOf('High water\nis at noon.')).toEqual(['High water is at noon.']);
    expect(passagesOf('茶馆每天\n六点开门。')).toEqual(['茶馆每天六点开门。']);
  });

  it('are none where there is nothing to read', () => {
    expect(passagesOf(' \n\n --- \n')).toEqual([]);
  });
});
