import { describe, expect, it } from 'vitest';
import { embed } from '../../src/offline/embedding.ts';

function similarity(a: string, b: string): number {
  const [one, two] = [embed(a, 256), embed(b, 256)];
  return one.reduce((sum, value, i) => sum + value * (two[i] ?? 0), 0);
}

describe('an embedding', () => {
  it('has length 1, also of a text with nothing in it', () => {
    for (const text of ['the ferry lost her rudder', '渡轮', '?!', '']) {
      const vector = embed(text, 128);
      expect(vector.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5);
    }
  });

  it('is the same each time, whatever the case', () => {
    expect(embed('The Ferry', 256)).toEqual(embed('the ferry', 256));
  });

  it('is nearer to a text with the same words in other forms than to another text', () => {
    const question = 'where do the ferries sail to';
    const answer = similarity(question, 'The ferry sails to Dover every morning.');
    const other = similarity(question, 'She drinks ginger tea from a beaker.');
    expect(answer).toBeGreaterThan(other + 0.15);
  });

  it('finds Chinese words without spaces between them', () => {
    const answer = similarity('你的猫叫什么名字', '她有一只橘猫叫半斤');
    expect(answer).toBeGreaterThan(similarity('你的猫叫什么名字', '绿茶用八十度的水') + 0.1);
  });
});
