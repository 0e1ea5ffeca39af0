import { describe, expect, it } from 'vitest';
import { documentName, kindOf } from '../../src/knowledge/file-kind.ts';
import { readFileText } from '../../src/knowledge/read-file.ts';
import { docxOf, pdfOf, zipOf } from '../fakes/documents.ts';

const text = (words: string) => Buffer.from(words);
const page = text(
  '<!doctype html><title>T</title><h1>Tides</h1><script>alert(1)</script><p>High water is at <b>noon</b>.</p>',
);

/** Each begins with what some library knows a binary by. */
const honest = [
  'PKU is a disease of the metabolism.',
  'PK\u00e4mpfe sind selten.',
  'BMW was founded in 1916.',
  'solid state drives have no moving parts.',
  'MAC addresses have six bytes.',
  'ID3 tags name the song.',
  'MZ was on his ring.',
  'FLVs are films of long ago.',
  'GIF89a is a format of images.',
  'OggS is how its pages begin.',
  'Rar! she called.',
  'fLaC is lossless.',
  'wOFF is a font.',
  'II* was the name of the ship.',
  'BZh is for bzip.',
  'true north is not where a compass points.',
  '%!PS is a language of printers.',
  'AC1015 is a drawing of 2000.',
  '茶馆每天清晨六点开门。',
  '\ufeffBMW was founded in 1916.',
];

describe('a file', () => {
  it.each(honest)('of text is text, however it begins: %s', async (words) => {
    expect(await kindOf(text(words), ['notes.txt'])).toBe('txt');
    expect(await kindOf(text(words), ['notes'])).toBe('txt');
  });

  it('of text may be as Chinese Windows writes it, or hold the ends of pages', async () => {
    const gbk = Buffer.concat([text('BM'), Buffer.from([0xb2, 0xe8, 0xb9, 0xdd])]);
    expect(await kindOf(gbk, ['notes.txt'])).toBe('txt');
    expect(await kindOf(text('BM one\f\nBM two\v\t'), ['notes.txt'])).toBe('txt');
  });

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
    '\ud83d\udc69\u200d\ud83c\udf3e.txt',
    '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645.txt',
    '\ud83c\udff4\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}.md',
    '清明上河图.pdf',
  ])('may be called %j', (name) => {
    expect(documentName(name)).toBe(name);
  });

  it.each([
    'a\u200bb.txt',
    'a\ufeffb.txt',
    'a\u2066b.txt',
    'a\u200fb.txt',
    `a${'\u0315\u0316'.repeat(200_000)}`,
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
