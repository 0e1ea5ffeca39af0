import * as z from 'zod';
import type { Clock } from '../lifetime/clock.ts';
import { fetchText, SourceUnfit } from './fetch-text.ts';
import { SourceDown, type Source } from './skill.ts';

/** The weather at a place now. */
export type Weather = {
  place: string;
  /** As the source writes it, in the place's own time: `2025-09-27T19:30`. */
  at: string;
  temperatureC: number;
  /** Percent. */
  humidity: number;
  /** WMO 4677, as Open-Meteo has it. */
  code: number;
  windMs: number;
  /** Degrees it comes from, clockwise from north. */
  windFrom: number;
};

export type WeatherSettings = { url: string; place: string; latitude: number; longitude: number };

/** https://open-meteo.com/en/docs: the answer to `current=…`, as far as it is told. */
const Forecast = z.object({
  utc_offset_seconds: z.int().min(-50_400).max(50_400),
  current: z.object({
    time: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/),
    temperature_2m: z.number().min(-100).max(70),
    relative_humidity_2m: z.number().min(0).max(100),
    weather_code: z.int().min(0).max(99),
    wind_speed_10m: z.number().min(0).max(150),
    wind_direction_10m: z.number().min(0).max(360),
  }),
});

/** Sources measure every quarter of an hour, or every hour; what is older is no weather of now. */
const mostAgeMs = 3 * 3_600_000;
/** Clocks differ, and some say the end of the interval that they measure. */
const mostAheadMs = 3_600_000;

/** `GET <url>?latitude=…&longitude=…&current=…` as Open-Meteo's forecast API has it, or a server of the same shape. */
export class OpenMeteo implements Source<Weather> {
  readonly name: string;

  constructor(
    private readonly settings: WeatherSettings,
    private readonly clock: Clock,
  ) {
    this.name = settings.place;
  }

  async read(signal: AbortSignal): Promise<Weather> {
    const { url, place, latitude, longitude } = this.settings;
    const asked = new URL(url);
    const query = {
      latitude: String(latitude),
      longitude: String(longitude),
      current: 'temperature_2m,relative_humidity_2m,weather_code,wind_speed_10m,wind_direction_10m',
      wind_speed_unit: 'ms',
      temperature_unit: 'celsius',
      timezone: 'auto',
    };
    for (const [name, value] of Object.entries(query)) asked.searchParams.set(name, value);
    try {
      const answer: unknown = JSON.parse(await fetchText(asked, this.clock, signal));
      const { current, utc_offset_seconds: offset } = Forecast.parse(answer);
      this.#refuseOld(current.time, offset);
      return {
        place,
        at: current.time.slice(0, 16),
        temperatureC: current.temperature_2m,
        humidity: current.relative_humidity_2m,
        code: current.weather_code,
        windMs: current.wind_speed_10m,
        windFrom: current.wind_direction_10m,
      };
    } catch (cause) {
      signal.throwIfAborted();
      throw new SourceDown('weather', 'unavailable', cause);
    }
  }
  /** @param time of the place, `offsetSeconds` before UTC's */
  #refuseOld(time: string, offsetSeconds: number): void {
    const atMs = Date.parse(`${time.slice(0, 16)}Z`) - offsetSeconds * 1000;
    const ageMs = this.clock.nowAt().getTime() - atMs;
    // So that a time that is none is refused, too.
    if (!(ageMs <= mostAgeMs && ageMs >= -mostAheadMs))
      throw new SourceUnfit(`weather of ${time}, not of now`);
  }
}
