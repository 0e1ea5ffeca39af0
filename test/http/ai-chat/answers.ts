import * as z from 'zod';
import type { AiChatServer } from './server.ts';

/** As Open-Meteo answers, with the time of the place. @param agoMs of the measurement */
export const weatherOf = (agoMs = 0) =>
  JSON.stringify({
    ...{ latitude: 39.9, longitude: 116.4, utc_offset_seconds: 28_800, timezone: 'Asia/Shanghai' },
    current_units: { time: 'iso8601', temperature_2m: '°C', wind_speed_10m: 'm/s' },
    current: {
      time: new Date(Date.now() - agoMs + 28_800_000).toISOString().slice(0, 16),
      ...{ interval: 900, temperature_2m: 18.7, relative_humidity_2m: 78, weather_code: 3 },
      ...{ wind_speed_10m: 3.2, wind_direction_10m: 230 },
    },
  });
const news = `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>热点</title>
<item><title><![CDATA[世界第一高桥花江峡谷大桥将于廿八日通车]]></title><link>https://example.com/1</link></item>
<item><title>神舟二十号乘组 &amp; 第四次出舱活动</title></item></channel></rss>`;

export const Answer = z.object({ data: z.object({ id: z.int(), content: z.string() }) });
const History = z.object({
  data: z.object({
    histories: z.array(
      z.object({ id: z.int(), role: z.string(), content: z.string(), created: z.int() }),
    ),
  }),
});

export const answerOf = async (response: Response) => Answer.parse(await response.json()).data;

/** What this user and the character have said. */
export async function historiesOf(server: AiChatServer, character: number, token?: string) {
  const answer = await server.fetch(`/api/v1/chat/${character}`, token ? { token } : {});
  return History.parse(await answer.json()).data.histories;
}

/** As if nothing had gone wrong before. */
export function setRight(server: AiChatServer): void {
  server.weather = weatherOf();
  server.news = news;
  server.provider.reply = () => '免了虚礼，有什么话便直说。';
  server.provider.llm.always({ kind: 'ok' });
  server.provider.llm.pace = { firstMs: 0, pieceMs: 0 };
}
