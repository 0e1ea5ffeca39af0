import { describe, expect, it } from 'vitest';
import { parseMultipart } from '../../src/offline/multipart.ts';

const type = 'multipart/form-data; boundary=xx';
const read = (body: string, contentType = type) =>
  parseMultipart(contentType, Buffer.from(body, 'latin1')).map(({ name, bytes, isFile }) => ({
    name,
    isFile,
    text: Buffer.from(bytes).toString('latin1'),
  }));
const part = (head: string, body: string) =>
  `--xx\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`;

describe('a multipart form', () => {
  it('gives its fields and files as they are, also with line ends and boundaries inside', () => {
    const sound = '\x00\r\n--x\r\n\r\n\xff';
    expect(
      read(`${part('name="model"', 'm')}${part('name="file"; filename="a.wav"', sound)}--xx--\r\n`),
    ).toEqual([
      { name: 'model', isFile: false, text: 'm' },
      { name: 'file', isFile: true, text: sound },
    ]);
  });

  it('may have a preamble, a quoted boundary, and no fields', () => {
    expect(
      read(`hello\r\n${part('name=a', '')}--xx--`, 'multipart/form-data; boundary="xx"'),
    ).toEqual([{ name: 'a', isFile: false, text: '' }]);
    expect(read('--xx--')).toEqual([]);
  });

  it.each<[string, string, string?]>([
    ['without a boundary', '--xx--', 'multipart/form-data'],
    ['that is cut off', part('name="a"', 'text')],
    ['without that boundary', '--yy--'],
    ['with a field that has no head', '--xx\r\ntext\r\n--xx--'],
    ['with a field that has no name', `${part('filename="a"', 'text')}--xx--`],
    ['with junk after a boundary', '--xxjunk\r\n--xx--'],
    ['with too many fields', `${part('name="a"', '').repeat(33)}--xx--`],
  ])('is refused %s', (_, body, contentType) => {
    expect(() => read(body, contentType)).toThrow(/not a valid multipart form/);
  });
});
