import { describe, expect, it } from 'vitest';
import { embed } from '../src/offline/embedding.ts';
import { isQuestion } from '../src/offline/responder/recollection.ts';
import { readPersona } from '../src/offline/responder/persona.ts';
import { terms } from '../src/offline/responder/words.ts';
import { ClauseCutter } from '../src/pipeline/clauses.ts';
import { Affordances } from '../src/script/affordances.ts';
import { Thoughts } from '../src/script/thoughts.ts';
import { agreeInSubstance } from '../src/turn/agreement.ts';
import { completeness } from '../src/turn/languages.ts';

/** What does not grow with the square of a text takes a blink for this; what does takes hours. */
const most = 1_000_000;
const runs = ['!', ' ', '\u3000', '\n', 'a', '1', "'", '"', '和', '、', '-', 'a ', 'a, ', '! '];
const texts = runs.flatMap((run) => {
  const long = run.repeat(most / run.length);
  return [long, `${long}x我`, `x我${long}z`];
});
/** Marks of two classes take their places among each other. */
const marks = `a${'\u0315\u0316'.repeat(most / 2)}`;
const config = {
  actions: ['Move To'],
  objects: [],
  characters: [],
  current_attention_object: null,
};

describe('a text that a stranger made to hold a process up', () => {
  it.each([
    ['the end of a turn', completeness],
    ['a question', isQuestion],
    ['a persona', readPersona],
    ['a plan', (text: string) => new Affordances(config, undefined).read(text)],
  ])('is read as %s in no time', (_as, read) => {
    for (const text of [...texts, marks]) read(text);
  });

  it('has at most thirty marks on a letter that are put into order', () => {
    expect([...terms(marks)].join('').length).toBeLessThan(40);
    expect(embed(marks, 8)).toHaveLength(8);
    expect(agreeInSubstance(marks, `${marks}b`)).toBe(false);
  });

  it('is cut for the voice though it has no blank, and nothing of it is lost', () => {
    const cutter = new ClauseCutter();
    const text = '!x'.repeat(5_000);
    const pieces = [...cutter.push(text), ...cutter.end()];
    expect(pieces.join('')).toBe(text);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(640);
  });

  it('may be all blanks, as confused models write, wherever it is cut', () => {
    const text = `${' '.repeat(100_000)}<think>Said.`;
    const thoughts = new Thoughts();
    let passed = '';
    for (let at = 0; at < text.length; at += 10) passed += thoughts.push(text.slice(at, at + 10));
    expect(passed + thoughts.end()).toBe(text);
    const whole = new Thoughts();
    expect(whole.push(text) + whole.end()).toBe(text);
  });
});
