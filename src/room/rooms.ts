import {
  AgentDispatchClient,
  RoomAgentDispatch,
  RoomServiceClient,
  ServerError,
} from 'livekit-server-sdk';
import { isOurs } from './identities.ts';
import { type LivekitKeys, roomTimeouts } from './token.ts';

export type LivekitDoor = LivekitKeys & {
  /** For us, not for clients: http(s) or ws(s). */
  url: string;
};

export type RoomSummary = { roomName: string; participants: number };

/** What the server does to rooms. Every call is given up after `callSeconds` and throws then, as when LiveKit is away. */
export interface Rooms {
  /** A room with an agent on its way into it, before any client. It lives until `lifeSeconds` after its making. */
  createWarm(roomName: string, lifeSeconds: number): Promise<void>;
  /** Asks for an agent in a room that is there. @returns the id of the dispatch */
  dispatch(roomName: string): Promise<string>;
  /** Whether some agent took the job of this dispatch. */
  isPlaced(roomName: string, dispatchId: string): Promise<boolean>;
  /** How many participants other than our own are in the room; null when there is no such room. */
  humansIn(roomName: string): Promise<number | null>;
  /** Puts somebody out of a room; one who is not there is fine. */
  putOut(roomName: string, identity: string): Promise<void>;
  list(): Promise<RoomSummary[]>;
  /** Throws everybody out. A room that is not there is fine. */
  delete(roomName: string): Promise<void>;
}

/** LiveKit answers within milliseconds; within 3 s we would like to have tried twice. */
const callSeconds = 1.2;

/** @param agentName the name under which the agents register */
export function livekitRooms(door: LivekitDoor, agentName: string): Rooms {
  const host = door.url.replace(/^ws/, 'http');
  const options = { requestTimeout: callSeconds, failover: false };
  const rooms = new RoomServiceClient(host, door.apiKey, door.apiSecret, options);
  const dispatches = new AgentDispatchClient(host, door.apiKey, door.apiSecret, options);
  return {
    async createWarm(roomName, lifeSeconds) {
      await rooms.createRoom({
        name: roomName,
        emptyTimeout: lifeSeconds,
        departureTimeout: roomTimeouts.departureSeconds,
        agents: [new RoomAgentDispatch({ agentName })],
      });
    },
    async dispatch(roomName) {
      return (await dispatches.createDispatch(roomName, agentName)).id;
    },
    async isPlaced(roomName, dispatchId) {
      const dispatch = await dispatches.getDispatch(dispatchId, roomName);
      return (dispatch?.state?.jobs.length ?? 0) > 0;
    },
    async humansIn(roomName) {
      if ((await rooms.listRooms([roomName])).length === 0) return null;
      const inside = await rooms.listParticipants(roomName);
      return inside.filter(({ identity }) => !isOurs(identity)).length;
    },
    async putOut(roomName, identity) {
      await unlessMissing(() => rooms.removeParticipant(roomName, identity));
    },
    async list() {
      const all = await rooms.listRooms();
      return all.map(({ name, numParticipants }) => ({
        roomName: name,
        participants: numParticipants,
      }));
    },
    async delete(roomName) {
      await unlessMissing(() => rooms.deleteRoom(roomName));
    },
  };
}

async function unlessMissing(call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (cause) {
    if (!(cause instanceof ServerError && cause.code === 'not_found')) throw cause;
  }
}
