import { chineseNumber } from './chinese-number.ts';
import type { News } from './news.ts';
import { skillIds, type SkillName, type SourceDown } from './skill.ts';
import { skyIn, windIn } from './sky.ts';
import type { Weather } from './weather.ts';

/*
 * What a character says of what a skill found out. Every word is a line of its own or the source's: no model has a
 * hand in it, for whatever a model adds to weather and news is invented, and looks just like them.
 */

/** How a character tells it: what stands before and behind. */
export type Manner = { before: string; after: string };
export const plainly: Manner = { before: '', after: '' };

const isChinese = (language: string) => language.toLowerCase().startsWith('zh');

/** What lists show of a skill. @param source where it looks: a place, a paper */
export function skillCard(name: SkillName, sources: { weather: string; news: string }) {
  const told = {
    guanxing: { name: '观星', description: `查看${sources.weather}实时天气情况` },
    tuiyan: { name: '推演', description: '推演用户上次交谈的人' },
    bagua: { name: '八卦', description: `查看${sources.news}热点新闻` },
  } satisfies Record<SkillName, unknown>;
  return { id: skillIds[name], ...told[name], sufPath: name };
}

export function tellWeather(
  weather: Weather,
  language: string,
  { before, after }: Manner = plainly,
): string {
  const { place, at } = weather;
  const degrees = Math.round(weather.temperatureC);
  const humidity = Math.round(weather.humidity);
  const time = at.slice(11, 16);
  const sky = skyIn(weather.code, language);
  const wind = windIn(weather, language);
  if (!isChinese(language))
    return spaced(
      before,
      `In ${place} it is ${sky}, ${degrees} degrees Celsius, ${wind}, with ${humidity} percent humidity, as reported at ${time}.`,
      after,
    );
  const cold = degrees < 0 ? '零下' : '';
  const warmth = `${cold}${chineseNumber(Math.abs(degrees))}度`;
  const facts = `${place}此刻${sky}，气温${warmth}，${wind}，空气湿度百分之${chineseNumber(humidity)}。此讯报于${time}。`;
  return `${before}${facts}${after}`;
}

/** The headlines as they are, in the order of the source. */
export function tellNews(
  { headlines }: News,
  source: string,
  language: string,
  { before, after }: Manner = plainly,
): string {
  const chinese = isChinese(language);
  const title = chinese
    ? `${before}据${source}所载：`
    : spaced(before, `The latest from ${source}:`, '');
  const lines = headlines.map((line, i) =>
    chinese ? `其${chineseNumber(i + 1)}，${line}` : `${i + 1}. ${line}`,
  );
  return [title, ...lines, ...(after === '' ? [] : [after])].join('\n');
}

/** @property said the user's own last words to them; undefined where there are none */
export type LastOther = {
  name: string;
  subtitle: string;
  description: string;
  said: string | undefined;
};

export function tellPartner(
  other: LastOther | undefined,
  language: string,
  { before, after }: Manner = plainly,
): string {
  const zh = isChinese(language);
  if (!other)
    return zh
      ? `${before}你此前尚未与旁人交谈过。${after}`
      : spaced(before, 'You have not talked with anybody else yet.', after);
  const { name, subtitle, description, said } = other;
  if (!zh) {
    const words = said === undefined ? '' : `You said: “${said}”`;
    const who = `The one you last talked with is ${[name, subtitle].filter(Boolean).join(', ')}.`;
    return spaced(before, who, description, words, after);
  }
  const title = subtitle === '' ? '' : `，人称${subtitle}`;
  const words = said === undefined ? '' : `你曾言道：“${said}”`;
  return `${before}你上次所交谈之人，名唤${name}${title}。${description}${words}${after}`;
}

/**
 * What a character says where its source has nothing: honest, and in its own words.
 * @param own its line for this; undefined: it has none
 */
export function nothingToTell({ reason }: SourceDown, language: string, own?: string): string {
  const zh = isChinese(language);
  const line =
    own ?? (zh ? '此事我无从得知，不敢妄言。' : 'I cannot know that, and I will not guess.');
  if (reason === 'not_configured') return line;
  return zh ? `${line}请稍后再问。` : `${line} Ask me again later.`;
}

const spaced = (...parts: string[]) => parts.filter((part) => part !== '').join(' ');
