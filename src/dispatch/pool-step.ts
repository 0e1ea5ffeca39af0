import type { AgentStatus } from '../protocol/journal.ts';
import type { KnownSession } from './known-session.ts';
import { housekeep } from './pool-housekeeping.ts';
import {
  abandon,
  abandonRooms,
  claimFailed,
  dropWarmRooms,
  expected,
  hello,
  isOthers,
  joinChecked,
  recast,
  rescued,
  reviveFailed,
  roomJoined,
  stranded,
  type RescueOutcome,
} from './pool-rooms.ts';
import type { PoolWish } from './pool-wish.ts';
import {
  countPool,
  isAccepting,
  placesLeft,
  roomOfSession,
  takeName,
  withRoom,
  type Pool,
  type PooledRoom,
} from './pool.ts';

export type PoolEvent =
  /** An agent's line is up; `rooms` is where it is, with the sessions that the pool does not know. */
  | { kind: 'hello'; agentId: string; rooms: ReadonlyMap<string, KnownSession | null> }
  | { kind: 'status'; agentId: string; status: AgentStatus }
  /** Its line is gone; its rooms are taken over after `graceMs` unless it comes back. */
  | { kind: 'agentLost'; agentId: string; graceMs: number }
  | { kind: 'roomJoined'; agentId: string; roomName: string; known: KnownSession | null }
  | { kind: 'roomLeft'; agentId: string; roomName: string }
  | { kind: 'clientJoined'; agentId: string; sessionId: string }
  | { kind: 'sessionEnded'; agentId: string; sessionId: string }
  | { kind: 'warmFailed'; roomName: string }
  /** The session of a claim could not be stored. */
  | { kind: 'claimFailed'; roomName: string }
  /** Somebody more was let into a session's room. */
  | { kind: 'expected'; roomName: string; sessionId: string; places: number }
  /** A forgotten room was awaited again for somebody who was not let in after all. */
  | { kind: 'reviveFailed'; roomName: string }
  /** So many characters are in a session's room now. */
  | { kind: 'recast'; sessionId: string; places: number }
  /** A claim's time is up: the client is there all the same, or not. */
  | { kind: 'joinChecked'; roomName: string; humans: number }
  /** A client is in a room without an agent. */
  | { kind: 'stranded'; roomName: string; known: KnownSession; graceMs: number }
  | { kind: 'rescued'; roomName: string; outcome: RescueOutcome }
  /** LiveKit lost its rooms. Agents and clients that go on rejoin theirs; an agent alone in one may be there or not. */
  | { kind: 'livekitRestarted' }
  | { kind: 'closing' }
  | { kind: 'tick' };

export type PoolStep = { pool: Pool; wishes: PoolWish[] };

/** What an event changes, and what is due at `nowMs` besides. Pure. */
export function stepPool(pool: Pool, event: PoolEvent, nowMs: number): PoolStep {
  const wishes: PoolWish[] = [];
  const changed = apply(pool, event, nowMs, wishes);
  return { pool: housekeep(changed, nowMs, wishes), wishes };
}

export type Claim = PoolStep & { roomName: string; agentId: string | null; places: number };

/**
 * Gives a room to a new session: a warm one, else a fresh name.
 * @param wanted characters that are to be in it; as many of them get a place as one agent has
 * @returns undefined when every place is taken
 */
export function claimRoom(
  pool: Pool,
  sessionId: string,
  nowMs: number,
  wanted = 1,
): Claim | undefined {
  const { free } = countPool(pool);
  if (pool.closing || free === 0) return undefined;
  const untilMs = nowMs + pool.rules.joinTimeoutMs;
  const warm = bestWarmRoom(pool);
  const most = warm ? placesLeft(pool, warm.agentId) : mostPlacesLeft(pool);
  const places = Math.min(wanted, free, most);
  const named = warm ? { pool, roomName: warm.roomName } : takeName(pool);
  const room: PooledRoom = warm
    ? { state: 'claimed', sessionId, agentId: warm.agentId, places, untilMs }
    : { state: 'awaited', sessionId, places, untilMs };
  const wishes: PoolWish[] = [];
  const afterLull = nowMs - pool.lastClaimMs >= pool.rules.lullMs;
  const rushSinceMs = afterLull ? nowMs : pool.rushSinceMs;
  const taken = withRoom(named.pool, named.roomName, room);
  const claimed = { ...taken, lastClaimMs: nowMs, rushSinceMs };
  const next = housekeep(claimed, nowMs, wishes);
  const agentId = warm?.agentId ?? null;
  return { pool: next, wishes, roomName: named.roomName, agentId, places };
}

/** That of the agent with the most places left, and there the oldest: agents sit in their oldest ones. */
function bestWarmRoom(pool: Pool): { roomName: string; agentId: string } | undefined {
  const warm: { roomName: string; agentId: string; untilMs: number; left: number }[] = [];
  for (const [roomName, room] of pool.rooms) {
    if (room.state !== 'warm' || !isAccepting(pool, room.agentId)) continue;
    const left = placesLeft(pool, room.agentId);
    if (left > 0) warm.push({ roomName, ...room, left });
  }
  return warm.sort((a, b) => b.left - a.left || a.untilMs - b.untilMs)[0];
}

function mostPlacesLeft(pool: Pool): number {
  const accepting = [...pool.agents.keys()].filter((agentId) => isAccepting(pool, agentId));
  return Math.max(0, ...accepting.map((agentId) => placesLeft(pool, agentId)));
}

function apply(pool: Pool, event: PoolEvent, nowMs: number, wishes: PoolWish[]): Pool {
  switch (event.kind) {
    case 'hello':
      return hello(pool, event.agentId, event.rooms, nowMs, wishes);
    case 'status':
      if (!pool.agents.has(event.agentId)) return pool;
      return { ...pool, agents: new Map(pool.agents).set(event.agentId, event.status) };
    case 'agentLost': {
      const agents = new Map(pool.agents);
      agents.delete(event.agentId);
      return abandonRooms({ ...pool, agents }, event.agentId, nowMs + event.graceMs, wishes);
    }
    case 'roomJoined':
      return roomJoined(pool, event.agentId, event.roomName, event.known, nowMs, wishes);
    case 'roomLeft':
      return abandon(pool, event.agentId, event.roomName, nowMs, wishes);
    case 'clientJoined': {
      const [roomName, room] = roomOfSession(pool, event.sessionId) ?? [];
      if (roomName === undefined || room?.state !== 'claimed' || room.agentId !== event.agentId)
        return pool;
      const { sessionId, agentId, places } = room;
      return withRoom(pool, roomName, { state: 'live', sessionId, agentId, places });
    }
    case 'sessionEnded': {
      const [roomName] = roomOfSession(pool, event.sessionId) ?? [];
      if (roomName === undefined || isOthers(pool, roomName, event.agentId)) return pool;
      wishes.push({ do: 'deleteRoom', roomName });
      return withRoom(pool, roomName, undefined);
    }
    case 'warmFailed':
      if (pool.rooms.get(event.roomName)?.state !== 'warming') return pool;
      return withRoom(pool, event.roomName, {
        state: 'warming',
        untilMs: nowMs,
      });
    case 'claimFailed':
      return claimFailed(pool, event.roomName, nowMs, wishes);
    case 'expected':
      return expected(pool, event, nowMs);
    case 'reviveFailed':
      return reviveFailed(pool, event.roomName);
    case 'recast':
      return recast(pool, event.sessionId, event.places);
    case 'joinChecked':
      return joinChecked(pool, event.roomName, event.humans, nowMs, wishes);
    case 'stranded':
      return stranded(pool, event.roomName, event.known, nowMs, event.graceMs);
    case 'rescued':
      return rescued(pool, event.roomName, event.outcome, nowMs);
    case 'livekitRestarted':
      return dropWarmRooms(pool, wishes);
    case 'closing':
      return { ...pool, closing: true };
    case 'tick':
      return pool;
  }
}
