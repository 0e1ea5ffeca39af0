import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClauseCutter } from '../../src/pipeline/clauses.ts';

function cut(text: string, sizes = 1): string[] {
  const cutter = new ClauseCutter();
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += sizes)
    pieces.push(...cutter.push(text.slice(at, at + sizes)));
  return [...pieces, ...cutter.end()].map((piece) => piece.trim());
}

describe('cutting clauses', () => {
  it('lets the first clause go early and keeps later sentences whole', () => {
    expect(
      cut(
        'Of course, the harbour is below the hill, behind the mill. You can walk there in ten minutes.',
      ),
    ).toEqual([
      'Of course,',
      'the harbour is below the hill, behind the mill.',
      'You can walk there in ten minutes.',
    ]);
  });

  it('speaks the words after the last full stop', () => {
    expect(cut('That is all there is to tell. And then')).toEqual([
      'That is all there is to tell.',
      'And then',
    ]);
  });

  it.each([
    'It costs 3.5 coins at example.com today.',
    'Ask Dr. Brown or Mrs. Lee about it tomorrow.',
    'We meet at 5 p.m. in the hall today.',
    'J. R. Smith owns the mill by the river.',
    'There were 1,000 ships in the bay that day.',
  ])('does not break inside "%s"', (text) => {
    expect(cut(text)).toEqual([text]);
  });

  it('breaks Chinese at its own marks', () => {
    expect(cut('你好，我是住在山下的林医生。今天天气很好，我们出去走走吧。')).toEqual([
      '你好，',
      '我是住在山下的林医生。',
      '今天天气很好，我们出去走走吧。',
    ]);
  });

  it('takes short sentences in one breath', () => {
    expect(cut('Good evening. Yes. I do. The tower stands on the northern cliff.')).toEqual([
      'Good evening.',
      'Yes. I do. The tower stands on the northern cliff.',
    ]);
  });

  it('ends a first piece without marks at a word', () => {
    const [first] = cut('well '.repeat(40));
    expect(first?.length).toBeLessThanOrEqual(90);
    expect(first?.endsWith('well')).toBe(true);
  });

  it('loses nothing, wherever the stream is split', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', ' ', '.', ',', '!', '好', '。', '1', '"') }),
        fc.integer({ min: 1, max: 9 }),
        (text, size) => {
          const cutter = new ClauseCutter();
          let whole = '';
          for (let at = 0; at < text.length; at += size)
            whole += cutter.push(text.slice(at, at + size)).join('');
          whole += cutter.end().join('');
          expect(whole.trim()).toBe(text.trim());
        },
      ),
    );
  });
});
