import { chineseNumber } from './chinese-number.ts';
import type { Weather } from './weather.ts';

/** WMO 4677 codes as Open-Meteo groups them, each up to the next: in Chinese and in English. */
const skies: readonly [number, string, string][] = [
  [0, '晴', 'clear'],
  [1, '大致晴朗', 'mostly clear'],
  [2, '多云', 'partly cloudy'],
  [3, '阴', 'overcast'],
  [45, '有雾', 'foggy'],
  [51, '有毛毛雨', 'drizzling'],
  [56, '有冻毛毛雨', 'drizzling with ice'],
  [61, '有小雨', 'raining a little'],
  [63, '有中雨', 'raining'],
  [65, '有大雨', 'raining hard'],
  [66, '有冻雨', 'raining with ice'],
  [71, '有小雪', 'snowing a little'],
  [73, '有中雪', 'snowing'],
  [75, '有大雪', 'snowing hard'],
  [80, '有阵雨', 'showery'],
  [85, '有阵雪', 'showery with snow'],
  [95, '有雷雨', 'thundery'],
  [96, '有雷雨夹冰雹', 'thundery with hail'],
];

export function skyIn(code: number, language: string): string {
  const [, zh = '', en = ''] = skies.findLast(([from]) => from <= code) ?? [];
  return language.toLowerCase().startsWith('zh') ? zh : en;
}

const winds = ['北', '东北', '东', '东南', '南', '西南', '西', '西北'];
const windsInEnglish = 'north northeast east southeast south southwest west northwest'.split(' ');
/** Lowest metres a second of Beaufort 1 to 12. */
const beaufort = [0.3, 1.6, 3.4, 5.5, 8, 10.8, 13.9, 17.2, 20.8, 24.5, 28.5, 32.7];

export function windIn({ windMs, windFrom }: Weather, language: string): string {
  const force = beaufort.filter((least) => windMs >= least).length;
  const side = Math.round(windFrom / 45) % winds.length;
  if (language.toLowerCase().startsWith('zh'))
    return force === 0 ? '无风' : `${winds[side] ?? ''}风${chineseNumber(force)}级`;
  return force === 0 ? 'calm' : `wind of force ${force} from the ${windsInEnglish[side] ?? ''}`;
}
