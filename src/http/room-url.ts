import type { Request } from 'express';

/** Where clients find LiveKit: at one address for all, or beside this server under the name they reached it by. */
export type RoomUrlSettings = { kind: 'fixed'; url: string } | { kind: 'followHost'; port: number };

const hostName = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)$/i;

/**
 * The `room_url` for this client. A headset that reached us as 192.168.1.7 must be sent to 192.168.1.7, not to
 * localhost. The Host header is the client's word: it is taken only when it is a plain name or address, and it comes
 * back to that client alone. Otherwise the address it connected to is used.
 */
export function roomUrl(settings: RoomUrlSettings, req: Request): string {
  if (settings.kind === 'fixed') return settings.url;
  const scheme = req.protocol === 'https' ? 'wss' : 'ws';
  return `${scheme}://${clientHost(req)}:${settings.port}`;
}

function clientHost(req: Request): string {
  // Behind a trusted proxy express takes it from X-Forwarded-Host. Its type says string, but an empty Host is none.
  const host: unknown = req.hostname;
  if (typeof host === 'string' && hostName.test(host)) return host;
  const address = req.socket.localAddress?.replace(/^::ffff:/, '').replace(/%.*$/, '');
  if (address === undefined) return 'localhost';
  return address.includes(':') ? `[${address}]` : address;
}

/** The same address for plain HTTP requests: livekit-client asks there why a WebSocket was refused. */
export function httpOrigin(url: string): string {
  return new URL(url.replace(/^ws/, 'http')).origin;
}
