import type { KnownSession } from './known-session.ts';
import type { PoolWish } from './pool-wish.ts';
import { roomOfSession, withRoom, type Pool, type PooledRoom, type Rescue } from './pool.ts';

/* What becomes of one room when something happens to it. Each adds to `wishes` what is to be done outside. */

/** Whether a connected agent other than this one holds the room. */
export function isOthers(pool: Pool, roomName: string, agentId: string): boolean {
  const room = pool.rooms.get(roomName);
  return room !== undefined && 'agentId' in room && room.agentId !== agentId;
}

export function hello(
  pool: Pool,
  agentId: string,
  rooms: ReadonlyMap<string, KnownSession | null>,
  nowMs: number,
  wishes: PoolWish[],
): Pool {
  let next: Pool = { ...pool, agents: new Map(pool.agents).set(agentId, null) };
  for (const [roomName, room] of pool.rooms)
    if ('agentId' in room && room.agentId === agentId && !rooms.has(roomName))
      next = abandon(next, agentId, roomName, nowMs, wishes);
  for (const [roomName, known] of rooms) {
    if (isOthers(next, roomName, agentId)) {
      wishes.push({ do: 'leaveRoom', agentId, roomName });
      continue;
    }
    next = roomJoined(next, agentId, roomName, known, nowMs, wishes);
    // Whether the first one was heard before the line broke, nobody knows.
    if (next.rooms.get(roomName)?.state === 'claimed')
      wishes.push({ do: 'assign', agentId, roomName });
  }
  return next;
}

/** The last to join holds the room: LiveKit has put any other agent out of it. */
export function roomJoined(
  pool: Pool,
  agentId: string,
  roomName: string,
  known: KnownSession | null,
  nowMs: number,
  wishes: PoolWish[],
): Pool {
  const room = pool.rooms.get(roomName);
  const { warmLifeMs, joinTimeoutMs } = pool.rules;
  if (room && 'agentId' in room && room.agentId !== agentId)
    wishes.push({ do: 'leaveRoom', agentId: room.agentId, roomName });
  const claimed = ({ sessionId, joined, places }: KnownSession): PooledRoom =>
    joined
      ? { state: 'live', sessionId, agentId, places }
      : { state: 'claimed', sessionId, agentId, places, untilMs: nowMs + joinTimeoutMs };
  switch (room?.state) {
    case undefined:
      if (known) return withRoom(pool, roomName, claimed(known));
      wishes.push({ do: 'leaveRoom', agentId, roomName }, { do: 'deleteRoom', roomName });
      return pool;
    case 'warming':
      return {
        ...withRoom(pool, roomName, { state: 'warm', agentId, untilMs: nowMs + warmLifeMs }),
        warmFailures: 0,
      };
    case 'warm':
    case 'claimed':
    case 'live':
      return withRoom(pool, roomName, { ...room, agentId });
    case 'awaited':
      return withRoom(pool, roomName, claimed({ ...room, joined: false }));
    case 'orphaned':
      return withRoom(pool, roomName, claimed(room));
  }
}

export function abandonRooms(pool: Pool, agentId: string, atMs: number, wishes: PoolWish[]): Pool {
  let next = pool;
  for (const [roomName, room] of pool.rooms)
    if ('agentId' in room && room.agentId === agentId)
      next = abandon(next, agentId, roomName, atMs, wishes);
  return next;
}

/** The agent is out of the room. @param atMs when to look for another one */
export function abandon(
  pool: Pool,
  agentId: string,
  roomName: string,
  atMs: number,
  wishes: PoolWish[],
): Pool {
  const room = pool.rooms.get(roomName);
  if (!room || !('agentId' in room) || room.agentId !== agentId) return pool;
  if (room.state === 'warm') {
    wishes.push({ do: 'deleteRoom', roomName });
    return withRoom(pool, roomName, undefined);
  }
  const joined = room.state === 'live';
  return withRoom(pool, roomName, {
    state: 'orphaned',
    sessionId: room.sessionId,
    joined,
    places: room.places,
    untilMs: room.state === 'claimed' ? room.untilMs : Infinity,
    rescue: due(atMs),
  });
}

function due(atMs: number, missingSinceMs: number | null = null): Rescue {
  return { state: 'due', atMs, missingSinceMs };
}

export function dropWarmRooms(pool: Pool, wishes: PoolWish[]): Pool {
  let next = pool;
  for (const [roomName, room] of pool.rooms) {
    if (room.state !== 'warm' && room.state !== 'warming') continue;
    if (room.state === 'warm') wishes.push({ do: 'leaveRoom', agentId: room.agentId, roomName });
    wishes.push({ do: 'deleteRoom', roomName });
    next = withRoom(next, roomName, undefined);
  }
  return next;
}

export function claimFailed(pool: Pool, roomName: string, nowMs: number, wishes: PoolWish[]): Pool {
  const room = pool.rooms.get(roomName);
  if (room?.state === 'claimed')
    return withRoom(pool, roomName, {
      state: 'warm',
      agentId: room.agentId,
      untilMs: nowMs + pool.rules.joinTimeoutMs,
    });
  if (room?.state === 'orphaned') wishes.push({ do: 'deleteRoom', roomName });
  return withRoom(pool, roomName, undefined);
}

/** The room is kept for one more who may come; one that was given up already is awaited again. */
export function expected(
  pool: Pool,
  { roomName, sessionId, places }: { roomName: string; sessionId: string; places: number },
  nowMs: number,
): Pool {
  const room = pool.rooms.get(roomName);
  const untilMs = nowMs + pool.rules.joinTimeoutMs;
  switch (room?.state) {
    case undefined:
      return withRoom(pool, roomName, { state: 'awaited', sessionId, places, untilMs });
    case 'awaited':
    case 'claimed':
    case 'orphaned':
      return withRoom(pool, roomName, { ...room, untilMs });
    case 'live':
    case 'warming':
    case 'warm':
      return pool;
  }
}

/** Nobody came in who would have made us await this room again: it is forgotten as before. */
export function reviveFailed(pool: Pool, roomName: string): Pool {
  // An agent that has come meanwhile came for somebody.
  if (pool.rooms.get(roomName)?.state !== 'awaited') return pool;
  return withRoom(pool, roomName, undefined);
}

/** Characters came into the room of a session, or went out of it. */
export function recast(pool: Pool, sessionId: string, places: number): Pool {
  const [roomName, room] = roomOfSession(pool, sessionId) ?? [];
  if (roomName === undefined || !room || !('places' in room)) return pool;
  return withRoom(pool, roomName, { ...room, places });
}

export function joinChecked(
  pool: Pool,
  roomName: string,
  humans: number,
  nowMs: number,
  wishes: PoolWish[],
): Pool {
  const room = pool.rooms.get(roomName);
  if (room?.state !== 'claimed' && room?.state !== 'orphaned') return pool;
  const untilMs = nowMs + pool.rules.joinTimeoutMs;
  if (humans > 0)
    return withRoom(
      pool,
      roomName,
      room.state === 'claimed' ? { ...room, untilMs } : { ...room, joined: true },
    );
  const agentId = room.state === 'claimed' ? room.agentId : null;
  wishes.push(
    { do: 'endSession', sessionId: room.sessionId, agentId, reason: 'never_joined' },
    { do: 'deleteRoom', roomName },
  );
  return withRoom(pool, roomName, undefined);
}

export function stranded(
  pool: Pool,
  roomName: string,
  known: KnownSession,
  nowMs: number,
  graceMs: number,
): Pool {
  const room = pool.rooms.get(roomName);
  if (room && room.state !== 'awaited') return pool;
  return withRoom(pool, roomName, {
    state: 'orphaned',
    ...known,
    untilMs: nowMs + pool.rules.joinTimeoutMs,
    rescue: due(nowMs + graceMs),
  });
}

/** An agent took the job; none did; nobody is there to be talked with; or LiveKit has no such room. */
export type RescueOutcome = 'placed' | 'unplaced' | 'empty' | 'missing';

/** An agent that cannot be had at once is asked for again after this long; LiveKit takes 205 ms to place a job. */
const retryMs = 300;

export function rescued(pool: Pool, roomName: string, outcome: RescueOutcome, nowMs: number): Pool {
  const room = pool.rooms.get(roomName);
  if (room?.state !== 'orphaned') return pool;
  const { missingSinceMs } = room.rescue;
  switch (outcome) {
    case 'placed':
      return withRoom(pool, roomName, {
        ...room,
        rescue: due(nowMs + pool.rules.arrivalTimeoutMs),
      });
    case 'unplaced':
    case 'empty':
      return withRoom(pool, roomName, { ...room, rescue: due(nowMs + retryMs) });
    case 'missing':
      if (!room.joined)
        return withRoom(pool, roomName, {
          state: 'awaited',
          sessionId: room.sessionId,
          places: room.places,
          untilMs: room.untilMs,
        });
      return withRoom(pool, roomName, {
        ...room,
        rescue: due(nowMs + retryMs, missingSinceMs ?? nowMs),
      });
  }
}
