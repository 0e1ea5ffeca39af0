import { describe, expect, it } from 'vitest';
import { skyIn, windIn } from '../../src/skills/sky.ts';
import { newsTelling, weatherTelling } from '../../src/skills/tellings.ts';
import type { Weather } from '../../src/skills/weather.ts';

const weather: Weather = {
  ...{ place: 'Leeds', at: '2025-01-02T07:45', temperatureC: -3.4, humidity: 81.2 },
  ...{ code: 75, windMs: 9, windFrom: 350 },
};

describe('a telling', () => {
  it('says everything that the source says, in the language of the character', () => {
    expect(weatherTelling(weather, 'en-GB').plain).toBe(
      'In Leeds it is snowing hard, -3 degrees Celsius, wind of force 5 from the north, with 81 percent humidity, as reported at 07:45.',
    );
    expect(weatherTelling(weather, 'zh-CN').plain).toBe(
      'Leeds此刻有大雪，气温-3度，北风5级，空气湿度百分之81。此讯报于07:45。',
    );
  });

  it.each([
    ['It is -3 degrees.', true],
    ['零下三度，大雪。', true],
    ['气温 -3°C', true],
    ['It is 13 degrees.', false],
    ['It was 3 o’clock and warm.', false],
  ])('knows its weather in %j: %s', (text, isTold) => {
    expect(weatherTelling(weather, 'en').isTold(text)).toBe(isTold);
  });

  it('knows its news by half of them', () => {
    const headlines = ['神舟二十号出舱活动完成', '台风博罗依掠过海南岛', 'Elections announced'];
    const { isTold, plain } = newsTelling({ headlines }, '百度', 'zh-CN');
    expect(isTold(plain)).toBe(true);
    expect(isTold('其一，神舟二十号第四次出舱；其二，Elections。')).toBe(true);
    expect(isTold('今日无事。')).toBe(false);
  });

  it('has a word for every code of the sky and every wind', () => {
    for (let code = 0; code < 100; code++) expect(skyIn(code, 'zh')).not.toBe('');
    expect(windIn({ ...weather, windMs: 0.1 }, 'zh-CN')).toBe('无风');
    expect(windIn({ ...weather, windFrom: 230 }, 'zh-CN')).toBe('西南风5级');
  });
});
