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
    'There Gen. Smith met Lt. Jones and Rev. Brown.',
    'They sailed away on Jan. 5 with all the others.',
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

  it.each([
    ['The total is $1,234.50, a lot of money.', ['The total is $1,234.50,', 'a lot of money.']],
    ['Pi is about 3.14159. It never ends.', ['Pi is about 3.14159.', 'It never ends.']],
    ['I was born in 1984. It was cold then.', ['I was born in 1984.', 'It was cold then.']],
    [
      'See https://example.com/a,b?c=d. It has it all.',
      ['See https://example.com/a,b?c=d.', 'It has it all.'],
    ],
    ['Write to anna.k@example.co.uk please.', ['Write to anna.k@example.co.uk please.']],
    ['They met in Washington D.C. last week.', ['They met in Washington D.C. last week.']],
    ['The ship leaves at 11:45 sharp.', ['The ship leaves at 11:45 sharp.']],
    ['She said "Wait." Then she left.', ['She said "Wait."', 'Then she left.']],
    ['Well... I do not know.', ['Well...', 'I do not know.']],
    ['Maybe… who can tell me that?', ['Maybe…', 'who can tell me that?']],
    ['Great! 🎉 Let us go to the beach.', ['Great!', '🎉 Let us go to the beach.']],
    ['Sure 👩‍👩‍👧, we can go there.', ['Sure 👩‍👩‍👧,', 'we can go there.']],
    ['价格是3.5元，很便宜。', ['价格是3.5元，', '很便宜。']],
    ['网址是example.com，你去看看。', ['网址是example.com，', '你去看看。']],
    ['请打开a.com/?q=1这个网址。', ['请打开a.com/?q=1这个网址。']],
    ['一共1,234元，包括运费。', ['一共1,234元，', '包括运费。']],
    ['现在是10:30，我们该走了。', ['现在是10:30，', '我们该走了。']],
    ['比分是3：2，我们赢了！', ['比分是3：2，', '我们赢了！']],
    ['真的吗？！我不相信你。', ['真的吗？！', '我不相信你。']],
    ['你是谁？！”他这样问我。', ['你是谁？！”', '他这样问我。']],
    ['嗯……我不知道。你呢？', ['嗯……我不知道。', '你呢？']],
    ['太好了😀！我们走吧。', ['太好了😀！', '我们走吧。']],
    ['こんにちは。いい天気ですね。', ['こんにちは。', 'いい天気ですね。']],
  ])('cuts "%s" where a reader would breathe', (text, pieces) => {
    expect(cut(text)).toEqual(pieces);
    expect(cut(text, 3)).toEqual(pieces);
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
