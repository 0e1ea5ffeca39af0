import { describe, expect, it } from 'vitest';
import { seeds } from '../../src/characters/seeds.ts';
import { Character } from '../../src/protocol/character.ts';

const count = (text: string, language: string) =>
  [...new Intl.Segmenter(language, { granularity: 'word' }).segment(text)].filter(
    ({ isWordLike }) => isWordLike,
  ).length;

describe('the seeded characters', () => {
  it('are a few, told apart by name, one of them speaking Chinese', () => {
    expect(seeds.length).toBeGreaterThanOrEqual(4);
    expect(new Set(seeds.map(({ name }) => name)).size).toBe(seeds.length);
    expect(seeds.some(({ language }) => language === 'zh-CN')).toBe(true);
  });

  it.each([...seeds])('have a story of a good length and a greeting: $name', (seed) => {
    expect(Character.parse({ id: '', number: 1, ...seed })).toMatchObject(seed);
    expect(count(seed.backstory, seed.language)).toBeGreaterThanOrEqual(120);
    expect(count(seed.backstory, seed.language)).toBeLessThanOrEqual(270);
    expect(seed.greeting).not.toBe('');
  });

  it.each([...seeds])('break no sentence where the source has a line end: $name', (seed) => {
    expect(seed.backstory).not.toMatch(/[^\n]\n[^\n]/);
    if (seed.language === 'zh-CN') expect(seed.backstory).not.toContain(' ');
  });
});
