import { createHmac } from 'node:crypto';
import type { LivekitKeys } from './token.ts';

/**
 * A token for LiveKit, signed with HMAC-SHA256 (RFC 7515, RFC 7519). LiveKit's SDK makes those of clients; an agent process
 * needs nothing else of that SDK, which takes as much memory as several sessions.
 * @param claims beside issuer and times; https://docs.livekit.io/frontends/reference/tokens-grants/
 */
export function signedToken(
  { apiKey, apiSecret }: LivekitKeys,
  claims: Record<string, unknown>,
  lifeSeconds: number,
): string {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const times = { nbf: nowSeconds, exp: nowSeconds + lifeSeconds };
  const header = encoded({ alg: 'HS256', typ: 'JWT' });
  const payload = encoded({ ...claims, iss: apiKey, ...times });
  const signature = createHmac('sha256', apiSecret).update(`${header}.${payload}`);
  return `${header}.${payload}.${signature.digest('base64url')}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
