import * as z from 'zod';
import { signedToken } from './signed-token.ts';
import type { LivekitKeys } from './token.ts';

/** LiveKit answers within milliseconds. */
const callMs = 1_200;
const lifeSeconds = 60;
const Answer = z.object({
  participants: z.array(z.object({ identity: z.string() })).default([]),
});

/**
 * Whether LiveKit has this participant in the room now: asked as its room service is (Twirp, JSON), for LiveKit's own
 * client for servers is more than an agent process should load.
 * @param door where LiveKit is, for us: http(s) or ws(s)
 * @throws when LiveKit does not answer as it should, or not within 1.2 s
 */
export async function isInRoom(
  { url, ...keys }: LivekitKeys & { url: string },
  room: string,
  identity: string,
): Promise<boolean> {
  const service = new URL(
    '/twirp/livekit.RoomService/ListParticipants',
    url.replace(/^ws/, 'http'),
  );
  const token = signedToken(keys, { video: { roomAdmin: true, room } }, lifeSeconds);
  const response = await fetch(service, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ room }),
    signal: AbortSignal.timeout(callMs),
  });
  if (!response.ok) throw new Error(`LiveKit answered ${response.status}`);
  const { participants } = Answer.parse(await response.json());
  return participants.some((participant) => participant.identity === identity);
}
