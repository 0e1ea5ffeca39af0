import type { NewsSettings } from '../skills/news.ts';
import type { WeatherSettings } from '../skills/weather.ts';
import type { ConfigProblem } from './config-error.ts';
import type { Environment } from './environment.ts';

/** Where characters find out things; undefined: nowhere. */
export type SkillSources = {
  weather: WeatherSettings | undefined;
  news: NewsSettings | undefined;
};

/** Of the weather: with a part of it set, the weather of one place would be told of another. */
const place = ['WEATHER_PLACE', 'WEATHER_LATITUDE', 'WEATHER_LONGITUDE'] as const;

/** @param report called for each variable that is missing */
export function readSkillSources(
  env: Environment,
  report: (problem: ConfigProblem) => void,
): SkillSources {
  const given = place.filter((variable) => env[variable] !== undefined);
  const missing = given.length === 0 ? [] : place.filter((variable) => !given.includes(variable));
  for (const variable of missing)
    report({ variable, problem: `must be set beside ${given.join(' and ')}` });
  return { weather: readWeather(env), news: readNews(env) };
}

function readWeather(env: Environment): WeatherSettings | undefined {
  if (env.WEATHER_URL === undefined) return undefined;
  return {
    url: env.WEATHER_URL,
    place: env.WEATHER_PLACE ?? '北京',
    latitude: env.WEATHER_LATITUDE ?? 39.9042,
    longitude: env.WEATHER_LONGITUDE ?? 116.4074,
  };
}

function readNews({ NEWS_URL: url, NEWS_NAME: name }: Environment): NewsSettings | undefined {
  if (url === undefined) return undefined;
  // Nobody is said to have written what somebody else has.
  return { url, name: name ?? new URL(url).hostname.replace(/^www\./, '') };
}
