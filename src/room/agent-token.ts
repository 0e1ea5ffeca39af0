import { AccessToken } from 'livekit-server-sdk';
import type { LivekitKeys } from './token.ts';

/** Long enough for one handshake; a new one is made for each. */
const lifeSeconds = 60;

/** A token that lets a process register as an agent worker, and nothing else. */
export async function agentToken({ apiKey, apiSecret }: LivekitKeys): Promise<string> {
  const token = new AccessToken(apiKey, apiSecret, { ttl: lifeSeconds });
  token.addGrant({ agent: true });
  return token.toJwt();
}
