import { AccessToken, RoomAgentDispatch, RoomConfiguration, TrackSource } from 'livekit-server-sdk';
import type { VideoGrant } from 'livekit-server-sdk';

export type LivekitKeys = { apiKey: string; apiSecret: string };

export type UserTokenGrant = {
  roomName: string;
  /** The identity of the human's participant; unique in the room, or a second join would throw out the first. */
  identity: string;
  /** Shown to others in the room. */
  name?: string;
  connectionType: 'audio' | 'video';
  /** The name under which agents register; the room made by this token's join asks for one of them. */
  agentName: string;
  /** What the agent's job carries. The token's holder can read it. */
  agentMetadata?: string;
  /** Humans allowed in the room. Agents are counted only when they join as ordinary participants. */
  maxHumans: number;
  /** Seconds in which the holder must have joined; one who is in stays, LiveKit renews for them. */
  joinWithinSeconds?: number;
};

/** How long LiveKit keeps a client's room that nobody joined, and one that its last client left. */
export const roomTimeouts = { emptySeconds: 60, departureSeconds: 20 } as const;

/** Long enough for a microphone prompt and a slow scene to load; short, since an unused token can still open a room. */
export const defaultJoinWithinSeconds = 600;
const longestJoinWithinSeconds = 3_600;

const sources = {
  audio: [TrackSource.MICROPHONE],
  video: [
    TrackSource.MICROPHONE,
    TrackSource.CAMERA,
    TrackSource.SCREEN_SHARE,
    TrackSource.SCREEN_SHARE_AUDIO,
  ],
} as const;

/**
 * A LiveKit token that lets its holder into one room and nothing else: publish what the connection type allows,
 * hear, exchange data. It carries the room's configuration with the agent to dispatch: LiveKit applies it only when
 * the join makes the room, and leaves an existing room (with its agent already in it) as it is.
 * @throws {RangeError} when the time to join is not between one second and one hour
 */
export async function userToken(keys: LivekitKeys, grant: UserTokenGrant): Promise<string> {
  const joinWithinSeconds = grant.joinWithinSeconds ?? defaultJoinWithinSeconds;
  if (joinWithinSeconds < 1 || joinWithinSeconds > longestJoinWithinSeconds)
    throw new RangeError(`joinWithinSeconds is ${joinWithinSeconds}`);
  const token = new AccessToken(keys.apiKey, keys.apiSecret, {
    identity: grant.identity,
    ...(grant.name !== undefined && { name: grant.name }),
    ttl: joinWithinSeconds,
  });
  const video: VideoGrant = {
    roomJoin: true,
    room: grant.roomName,
    canPublish: true,
    canPublishSources: [...sources[grant.connectionType]],
    canPublishData: true,
    canSubscribe: true,
    // Said rather than left out: whoever reads a token sees that nothing more is granted.
    canUpdateOwnMetadata: false,
    roomAdmin: false,
    roomCreate: false,
    roomList: false,
    roomRecord: false,
    ingressAdmin: false,
  };
  token.addGrant(video);
  token.roomConfig = new RoomConfiguration({
    emptyTimeout: roomTimeouts.emptySeconds,
    departureTimeout: roomTimeouts.departureSeconds,
    // One place more than the humans: for an agent that LiveKit would count.
    maxParticipants: grant.maxHumans + 1,
    agents: [
      new RoomAgentDispatch({ agentName: grant.agentName, metadata: grant.agentMetadata ?? '' }),
    ],
  });
  return token.toJwt();
}
