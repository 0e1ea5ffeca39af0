import { pino, type Logger } from 'pino';

export type Log = Logger;
export type LogSettings = {
  level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Human-readable lines for a terminal, else JSON lines. */
  pretty: boolean;
  /** Transcripts, prompts and names (fields under `private`) are written only when this is true. */
  includePrivate: boolean;
};

const secrets = ['apiKey', 'apiSecret', 'token', 'authorization', 'key', 'secret', 'password'];

/** The one logger of a process. Messages are fixed texts; everything that varies is a field. */
export function openLog(program: string, settings: LogSettings): Log {
  const paths = secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  const options = {
    base: { program, pid: process.pid },
    level: settings.level,
    redact: {
      paths: settings.includePrivate ? paths : [...paths, 'private', '*.private'],
      remove: true,
    },
  };
  return settings.pretty
    ? pino({
        ...options,
        transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } },
      })
    : pino(options);
}

/** A line as its fixed message and its fields. */
export type LogLine = { level: 'info' | 'warn' | 'error'; message: string; fields: unknown };

/** The same log, heard by `onLine` too, from `info` on. Children of it are not heard. */
export function tapLog(log: Log, onLine: (line: LogLine) => void): Log {
  const tapped = log.child({});
  for (const level of ['info', 'warn', 'error'] as const) {
    const write = tapped[level].bind(tapped);
    tapped[level] = (first: unknown, second?: string) => {
      const [fields, message] = typeof first === 'string' ? [{}, first] : [first, second];
      write(fields, message);
      if (message !== undefined) onLine({ level, message, fields });
    };
  }
  return tapped;
}

/** A logger that writes nothing, for tests. */
export const silentLog: Log = pino({ level: 'silent' });
