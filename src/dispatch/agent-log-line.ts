import * as z from 'zod';
import { parsedJson } from '../protocol/parsed-json.ts';

/** What is needed of a log. */
export type LineLog = Record<
  'error' | 'warn' | 'info' | 'debug',
  (fields: object, message: string) => void
>;

/** A line as `telemetry/log.ts` writes it in JSON; the rest of its fields are passed on. */
const LogLine = z.looseObject({ level: z.int(), msg: z.string() });
const own = new Set(['level', 'msg', 'time', 'hostname']);

/** Writes what a child agent logged into our log, under its own level; what is no log line (a crash) as a warning. */
export function logAgentLine(line: string, log: LineLog): void {
  if (line.trim() === '') return;
  const parsed = LogLine.safeParse(parsedJson(line));
  if (!parsed.success) {
    log.warn({ line: line.slice(0, 2_000) }, 'an agent process wrote');
    return;
  }
  const { level, msg } = parsed.data;
  const fields = Object.fromEntries(Object.entries(parsed.data).filter(([name]) => !own.has(name)));
  if (level >= 50) log.error(fields, msg);
  else if (level >= 40) log.warn(fields, msg);
  else if (level >= 30) log.info(fields, msg);
  else log.debug(fields, msg);
}
