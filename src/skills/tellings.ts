import type { News } from './news.ts';
import { skillIds, type SkillName, type SourceDown } from './skill.ts';
import type { Weather } from './weather.ts';
import { skyIn, windIn } from './sky.ts';

/**
 * What a skill found out.
 * @property facts for the model, that tells them in the character's manner
 * @property plain the same in plain words, for where the model does not
 * @property isTold whether a text really tells them: a model may talk of something else
 */
export type Telling = { facts: string; plain: string; isTold: (text: string) => boolean };

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

export function weatherTelling(weather: Weather, language: string): Telling {
  const { place, at, humidity } = weather;
  const degrees = Math.round(weather.temperatureC);
  const number = Math.abs(degrees);
  const time = at.slice(11, 16);
  const sky = skyIn(weather.code, language);
  const wind = windIn(weather, language);
  const plain = isChinese(language)
    ? `${place}此刻${sky}，气温${degrees}度，${wind}，空气湿度百分之${Math.round(humidity)}。此讯报于${time}。`
    : `In ${place} it is ${sky}, ${degrees} degrees Celsius, ${wind}, with ${Math.round(humidity)} percent humidity, as reported at ${time}.`;
  return {
    plain,
    facts: asked(plain, language),
    isTold: (text) =>
      new RegExp(
        `(?<!\\d)(?:${number}|${chineseNumber(number)})\\s*(?:度|°|℃|摄氏|degrees)`,
        'i',
      ).test(text),
  };
}

export function newsTelling({ headlines }: News, source: string, language: string): Telling {
  const ordinals = '一二三四五六七八九十';
  const plain = isChinese(language)
    ? `近日${source}所闻：\n${headlines.map((line, i) => `其${ordinals.charAt(i)}，${line}；`).join('\n')}`.replace(
        /；$/,
        '。',
      )
    : `The latest from ${source}:\n${headlines.map((line, i) => `${i + 1}. ${line}`).join('\n')}`;
  return {
    plain,
    facts: asked(plain, language),
    isTold: (text) => headlines.filter((line) => shares(line, text)).length >= headlines.length / 2,
  };
}

export type LastOther = { name: string; subtitle: string; description: string; said: string[] };

export function partnerTelling(other: LastOther | undefined, language: string): Telling {
  const zh = isChinese(language);
  if (!other) {
    const plain = zh
      ? '推演得知，你此前尚未与旁人交谈过。'
      : 'You have not talked with anybody else yet.';
    return { plain, facts: asked(plain, language), isTold: () => false };
  }
  const { name, subtitle, description, said } = other;
  const plain = zh
    ? `推演得知，你上次所交谈之人，名唤${name}${subtitle === '' ? '' : `，人称${subtitle}`}。${description}`
    : `The one you last talked with is ${[name, subtitle].filter(Boolean).join(', ')}. ${description}`;
  const facts = [plain, ...said].join('\n');
  return { plain, facts: asked(facts, language), isTold: (text) => text.includes(name) };
}

/** What a character says where its source has nothing: honest, and in its manner of seeing. */
export function nothingToTell({ what }: SourceDown, language: string): string {
  const words = isChinese(language)
    ? {
        weather: '此刻云遮星月，天象看不分明，我不敢妄言，请稍后再来问我。',
        news: '眼下市井间尚无消息传来，我不敢凭空编造，请稍后再来问我。',
      }
    : {
        weather: 'The sky is hidden from me just now, and I will not guess. Ask me again later.',
        news: 'No news has reached me yet, and I will not make any up. Ask me again later.',
      };
  return words[what];
}

function asked(facts: string, language: string): string {
  return isChinese(language)
    ? `你刚刚得知以下实情，请用你自己的口吻完整告诉对方，数字和名称照实说，不增添，也不遗漏：\n${facts}`
    : `You have just learned this. Tell all of it in your own way; keep numbers and names, add nothing:\n${facts}`;
}

/** Whether four letters of a Chinese line, or a long word of another, are in the text. */
function shares(line: string, text: string): boolean {
  const letters = line.replace(/[^\p{L}\p{N}]+/gu, ' ').split(' ');
  return letters.some((part) => {
    const size = /\p{Script=Han}/u.test(part) ? 4 : 6;
    for (let at = 0; at + size <= part.length; at++)
      if (text.includes(part.slice(at, at + size))) return true;
    return part.length > 0 && part.length < size && line === part && text.includes(part);
  });
}

/** 0 to 99 as Chinese writes it: 十九, 二十. */
function chineseNumber(n: number): string {
  const digits = Array.from('零一二三四五六七八九');
  const [tens, ones] = [Math.floor(n / 10), n % 10];
  if (tens === 0) return digits[ones] ?? '';
  return `${tens > 1 ? (digits[tens] ?? '') : ''}十${ones > 0 ? (digits[ones] ?? '') : ''}`;
}
