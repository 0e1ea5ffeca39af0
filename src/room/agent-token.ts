import { signedToken } from './signed-token.ts';
import type { LivekitKeys } from './token.ts';

/** Long enough for one handshake, or for one join. */
const lifeSeconds = 60;

/** A token that lets a process register as an agent worker, and nothing else. */
export function agentToken(keys: LivekitKeys): string {
  return signedToken(keys, { video: { agent: true } }, lifeSeconds);
}

/** Lets a character of a room with several in: it speaks and tells, and hears nothing. */
export function characterToken(
  keys: LivekitKeys,
  { roomName, identity, name }: { roomName: string; identity: string; name: string },
): string {
  const video = {
    roomJoin: true,
    room: roomName,
    canPublish: true,
    canPublishData: true,
    canSubscribe: false,
  };
  return signedToken(keys, { sub: identity, name, kind: 'agent', video }, lifeSeconds);
}
