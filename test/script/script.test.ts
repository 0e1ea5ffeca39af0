import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OpeningRules } from '../../src/script/opening.ts';
import { Script } from '../../src/script/script.ts';

const rules: OpeningRules = { vision: true, narrative: true, names: ['Maren Holt', 'Maren'] };

function read(pieces: string[], given = rules) {
  const script = new Script(given);
  const text = pieces.map((piece) => script.push(piece)).join('') + script.end();
  const { steps, emotion, abstained } = script;
  return { text, steps, emotion, abstained };
}
const textOf = (whole: string, given = rules) => read([whole], given).text;

describe('a script', () => {
  it.each([
    ['Down the hill. You cannot miss it.', 'Down the hill. You cannot miss it.'],
    ['\n\n  Hello there.', 'Hello there.'],
    ['[ABSTAIN]', ''],
    [' [abstained] ', ''],
    ['Well, [ABSTAIN] no.', 'Well, no.'],
    ['[ABSTAIN', '[ABSTAIN'],
    ['See [note 1] and [do it].', 'See [note 1] and [do it].'],
    ['Sure! [do: Move To cube] Look.', 'Sure! Look.'],
    ['Sure![do: Wave]', 'Sure!'],
    ['Sure! [do: Wave', 'Sure! '],
    ['[feel: happy 2] Sure!', 'Sure!'],
    ['好的。【do：挥手】', '好的。'],
    ['**Oh**, that is *very* `kind` of ~~me~~ you.', 'Oh, that is very kind of me you.'],
    ['# Title\nFirst\n- one\n- two\n1. three\n12) four', 'Title\nFirst\none\ntwo\nthree\nfour'],
    ['```python\nprint()\n```\nDone.', 'print()\nDone.'],
    ['__Init__ of snake_case_name and _this_.', 'Init of snake_case_name and this.'],
    ['2 * 3 is 6, 4*5 is 20, #1 of -5.', '2 * 3 is 6, 4*5 is 20, #1 of -5.'],
    ['42. No more, no less.', '42. No more, no less.'],
    ['**你好**，朋友。', '你好，朋友。'],
    ['tool_code: look() I see a cup.', 'I see a cup.'],
    ['function_call: emit_actions([{"name": "a)b"}, (1)])\nSure.', 'Sure.'],
    ['GET_IMAGE(x) look() look() look() Hi.', 'Hi.'],
    ['look() look() look() look() look() Hi.', 'look() Hi.'],
    ['look at that (there) again', 'look at that (there) again'],
    ['Look (over there), a gull.', 'Look (over there), a gull.'],
    ['Abstain (from wine) today.', 'Abstain (from wine) today.'],
    ['tool_code: print(1) is what I say.', 'tool_code: print(1) is what I say.'],
    ['He wrote tool_code: look() there.', 'He wrote tool_code: look() there.'],
    ['emit_actions([{"name": "Move To", "target": "cu', ''],
    ['look(never closed', ''],
    ['Look', 'Look'],
    ['[vision] A cup.', 'A cup.'],
    ['[Camera]: A cup.', 'A cup.'],
    ['screen: A cup.', 'A cup.'],
    ['The camera: prefix is used for it.', 'The camera: prefix is used for it.'],
    ['Visions come and go.', 'Visions come and go.'],
    ['2|||The gate opens.', 'The gate opens.'],
    ['-1||| The gate opens.', 'The gate opens.'],
    ['2|| The gate', '2|| The gate'],
    ['Maren: Hello.', 'Hello.'],
    ['**Maren Holt:** Hello.', 'Hello.'],
    ['Maren knows: it is late.', 'Maren knows: it is late.'],
    ['<think>[do: Wave]? No. Hm</think>\n\nHello.', 'Hello.'],
    ['<think>I never stop', ''],
    ['1||| [vision] Maren: tool_call: look() **Hi**', 'Hi'],
    ['A smile 🙂 stays in writing.', 'A smile 🙂 stays in writing.'],
  ])('reads "%s" as "%s"', (written, text) => {
    expect(textOf(written)).toBe(text);
  });

  it('leaves labels and numbers alone where neither vision nor a story is on', () => {
    const off = { vision: false, narrative: false, names: [] };
    for (const text of ['[vision] A cup.', 'camera: A cup.', '2|||Hi', 'Maren: Hi']) {
      expect(textOf(text, off)).toBe(text);
    }
  });

  it('keeps what marks mean', () => {
    expect(
      read(['On my way. [do: Move To cube] [do: Pick Up [big] cube] [feel: Joy (3)][feel: sad]']),
    ).toEqual({
      text: 'On my way. ',
      steps: ['Move To cube', 'Pick Up [big] cube'],
      emotion: { emotion: 'joy', scale: 3 },
      abstained: false,
    });
    expect(read(['tool_call: abstain("nothing to say")']).abstained).toBe(true);
    expect(read(['[ABSTAIN] [do: Wave]'])).toMatchObject({ abstained: true, steps: ['Wave'] });
  });

  it.each(['Sure,', 'Hello there.', 'The', '"Yes."', '今天', 'I see', 'Well…'])(
    'never holds "%s" back, for nothing that is filtered begins like that',
    (piece) => {
      expect(new Script(rules).push(piece)).toBe(piece);
    },
  );

  it('lets words go as soon as they cannot be a mark', () => {
    const script = new Script(rules);
    expect(script.push('Look')).toBe('');
    expect(script.push(' here [')).toBe('Look here ');
    expect(script.push('d')).toBe('');
    expect(script.push('ear]')).toBe('[dear]');
    expect(script.push(' *')).toBe(' ');
    expect(script.push('yes')).toBe('yes');
  });

  const parts = fc.oneof(
    fc.constantFrom(
      ...['[ABSTAIN]', '[abstained', '[do: Wave]', '[feel: sad 1]', '[do:', '**', '*', '_', '`'],
      ...['```js\n', '\n- ', '\n1. ', '1. ', '# ', ' ', '\n', 'look()', 'tool_code: ', 'abstain('],
      ...['"a)"', ')', 'emit_actions(', '[vision]', 'camera:', '1|||', '-', '|', 'Maren', ':'],
      ...['<think>', '</think>', 'Hello there.', 'a', '5', '你好。', '🙂', '[', ']', '~~', '#'],
    ),
    fc.string({ maxLength: 4 }),
  );

  it('comes out the same however the text is cut', () => {
    fc.assert(
      fc.property(
        fc.array(parts, { maxLength: 14 }).map((all) => all.join('')),
        fc.array(fc.nat({ max: 120 }), { maxLength: 30 }),
        fc.boolean(),
        (text, cuts, on) => {
          const given = on ? rules : { vision: false, narrative: false, names: [] };
          const places = [...new Set(cuts.map((cut) => Math.min(cut, text.length)))].sort(
            (one, other) => one - other,
          );
          const pieces = [...places, text.length].map((to, i) =>
            text.slice(places[i - 1] ?? 0, to),
          );
          expect(read(pieces, given)).toEqual(read([text], given));
          expect(read(Array.from(text), given)).toEqual(read([text], given));
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
