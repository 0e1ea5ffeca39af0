import { describe, expect, it } from 'vitest';
import { chineseNumber } from '../../src/skills/chinese-number.ts';
import { SourceDown } from '../../src/skills/skill.ts';
import { skyIn, windIn } from '../../src/skills/sky.ts';
import { nothingToTell, tellNews, tellPartner, tellWeather } from '../../src/skills/tellings.ts';
import type { Weather } from '../../src/skills/weather.ts';

const weather: Weather = {
  ...{ place: 'Leeds', at: '2025-01-02T07:45', temperatureC: -3.4, humidity: 81.2 },
  ...{ code: 75, windMs: 9, windFrom: 350 },
};

describe('a telling', () => {
  it('says all that the source says of the weather, in the language of the character', () => {
    expect(tellWeather(weather, 'en-GB')).toBe(
      'In Leeds it is snowing hard, -3 degrees Celsius, wind of force 5 from the north, with 81 percent humidity, as reported at 07:45.',
    );
    expect(tellWeather(weather, 'zh-CN')).toBe(
      'Leeds此刻有大雪，气温零下三度，北风五级，空气湿度百分之八十一。此讯报于07:45。',
    );
  });

  it.each([
    [9.4, '九'],
    [18.7, '十九'],
    [10, '十'],
    [20, '二十'],
    [-0.4, '零'],
    [-12, '零下十二'],
    [41.5, '四十二'],
  ])('says %f degrees as they are', (temperatureC, words) => {
    const told = tellWeather({ ...weather, temperatureC }, 'zh');
    expect(told).toContain(`，气温${words}度，`);
  });

  it('puts the character’s own words around the facts, and changes none of them', () => {
    const manner = { before: '今观天象，', after: '君自珍重。' };
    const plain = tellWeather(weather, 'zh');
    expect(tellWeather(weather, 'zh', manner)).toBe(`今观天象，${plain}君自珍重。`);
    const english = { before: 'Look up!', after: 'Farewell.' };
    expect(tellWeather(weather, 'en', english)).toMatch(
      /^Look up! In Leeds .+ 07:45\. Farewell\.$/,
    );
  });

  it('says each headline to the letter, in the order of the source', () => {
    const headlines = ['神舟二十号出舱活动完成！', 'Elections announced'];
    expect(
      tellNews({ headlines }, '百度', 'zh', { before: '容亮道来。', after: '欲问哪一件？' }),
    ).toBe(
      '容亮道来。据百度所载：\n其一，神舟二十号出舱活动完成！\n其二，Elections announced\n欲问哪一件？',
    );
    expect(tellNews({ headlines: headlines.slice(1) }, 'the BBC', 'en')).toBe(
      'The latest from the BBC:\n1. Elections announced',
    );
  });

  it('says whom one talked with as they are shown, and one’s own words as they were', () => {
    const other = { name: '林黛玉', subtitle: '潇湘妃子', description: '才情出众。', said: '你好' };
    expect(tellPartner(other, 'zh')).toBe(
      '你上次所交谈之人，名唤林黛玉，人称潇湘妃子。才情出众。你曾言道：“你好”',
    );
    expect(tellPartner({ ...other, subtitle: '', description: '', said: undefined }, 'en')).toBe(
      'The one you last talked with is 林黛玉.',
    );
    expect(tellPartner(undefined, 'zh')).toContain('尚未与旁人交谈');
  });

  it('says that it may be had later only where that is so', () => {
    const [down, none] = (['unavailable', 'not_configured'] as const).map(
      (reason) => new SourceDown('weather', reason),
    );
    if (!down || !none) throw new Error('no refusals');
    expect(nothingToTell(down, 'zh', '亮不敢妄言。')).toBe('亮不敢妄言。请稍后再问。');
    expect(nothingToTell(none, 'zh', '亮不敢妄言。')).toBe('亮不敢妄言。');
    expect(nothingToTell(none, 'en')).not.toMatch(/later/);
    expect(nothingToTell(down, 'en')).toMatch(/will not guess.*later/);
    expect([down.retryAfterSeconds, none.retryAfterSeconds]).toEqual([30, 'never']);
  });

  it('has a word for every code of the sky and every wind', () => {
    for (let code = 0; code < 100; code++) expect(skyIn(code, 'zh')).not.toBe('');
    expect(windIn({ ...weather, windMs: 0.1 }, 'zh-CN')).toBe('无风');
    expect(windIn({ ...weather, windFrom: 230 }, 'zh-CN')).toBe('西南风五级');
  });

  it.each([
    ...([
      [0, '零'],
      [9, '九'],
      [10, '十'],
      [12, '十二'],
      [20, '二十'],
      [99, '九十九'],
    ] as const),
    ...([
      [100, '一百'],
      [101, '一百零一'],
      [110, '一百一十'],
      [119, '一百一十九'],
    ] as const),
  ])('writes %i as %s', (n, words) => {
    expect(chineseNumber(n)).toBe(words);
  });
});
