import type { Config } from '../config/config.ts';

/** This server, from this machine. */
export function localUrl({ http: { host, port } }: Config): string {
  const isAny = host === '0.0.0.0' || host === '::';
  const name = isAny ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
