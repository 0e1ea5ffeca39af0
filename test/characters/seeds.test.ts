import { describe, expect, it } from 'vitest';
import { seeds } from '../../src/characters/seeds.ts';
import { galleryLines } from '../../src/characters/gallery-lines.ts';
import { galleryDraft } from '../../src/characters/gallery-seed.ts';
import { gallery } from '../../src/characters/plant-seeds.ts';
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

describe('the gallery', () => {
  it('is of twenty, numbered from 1, no two with one name, greeting or story', () => {
    expect(gallery.map(({ number }) => number)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    for (const field of ['name', 'greeting', 'backstory', 'speakingStyle'] as const)
      expect(new Set(gallery.map((seed) => seed[field])).size).toBe(20);
  });

  it.each([...gallery])('gives a persona that deserves its name: $name', (seed) => {
    const draft = galleryDraft(seed);
    expect(Character.parse({ id: '', ...draft })).toMatchObject({ name: seed.name });
    expect(count(seed.backstory, 'zh-CN')).toBeGreaterThanOrEqual(120);
    expect(seed.backstory).not.toMatch(/\s/);
    expect(seed.speakingStyle).not.toMatch(/\s/);
    expect(seed.catchPhrases.length).toBeGreaterThan(0);
    expect(seed.skills.length).toBeGreaterThan(0);
  });

  it.each([...gallery])('has lines of its own for each of its skills: $name', (seed) => {
    const { withoutSource = '', ...around } = galleryLines[seed.number] ?? {};
    expect(Object.keys(around).sort()).toEqual([...seed.skills].sort());
    expect(withoutSource).not.toMatch(/稍后/);
    // Who calls themselves something else does so here, too.
    const own = /^自称(朕|亮|俺老孙|贫僧|孤)/.exec(seed.speakingStyle)?.[1];
    if (own !== undefined) expect(withoutSource).toContain(own);
    const lines = Object.values(around).flatMap(({ before, after }) => [before, after]);
    for (const line of [...lines, withoutSource])
      expect(line).not.toMatch(/\d|今日|昨|晴|雨|雪|阴|云层|风|雷|雾|度/);
  });

  it('has no two characters say the same when there is nothing to tell', () => {
    const said = Object.values(galleryLines).map(({ withoutSource }) => withoutSource);
    expect(new Set(said).size).toBe(20);
  });
});
