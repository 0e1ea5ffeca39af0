import { describe, expect, it } from 'vitest';
import { Lines } from '../../src/lifetime/lines.ts';

function linesOf(pieces: string[], maxChars?: number): string[] {
  const seen: string[] = [];
  const lines = new Lines((line) => seen.push(line), maxChars);
  for (const piece of pieces) lines.push(piece);
  lines.end();
  return seen;
}

describe('Lines', () => {
  it('joins what arrives in pieces and cuts at newlines of both kinds', () => {
    expect(linesOf(['one\ntw', 'o\r\nthr', 'ee\n'])).toEqual(['one', 'two', 'three']);
  });

  it('keeps empty lines and gives a last line that has no newline', () => {
    expect(linesOf(['a\n\nb'])).toEqual(['a', '', 'b']);
  });

  it('gives a line without end in bounded pieces', () => {
    expect(linesOf(['aaaabbbbcc'], 4)).toEqual(['aaaa', 'bbbb', 'cc']);
    expect(linesOf(['aaaabb\nc'], 4)).toEqual(['aaaa', 'bb', 'c']);
  });
});
