import type { PoolWish } from './pool-wish.ts';
import {
  countPool,
  isAccepting,
  isRush,
  isStrained,
  placesLeft,
  takeName,
  withRoom,
  type Pool,
} from './pool.ts';

/** How long the answer to a `checkJoined` may take before it is asked for again. */
const checkMs = 5_000;
const warmPause = { firstMs: 500, lastMs: 30_000 };

/** What is due by time, and what the present numbers call for. Adds to `wishes`. */
export function housekeep(pool: Pool, nowMs: number, wishes: PoolWish[]): Pool {
  let next = pool;
  for (const roomName of pool.rooms.keys()) next = expire(next, roomName, nowMs, wishes);
  if (next.closing) return next;
  next = startRescues(next, nowMs, wishes);
  next = dropSurplus(next, wishes);
  return refill(next, nowMs, wishes);
}

function expire(pool: Pool, roomName: string, nowMs: number, wishes: PoolWish[]): Pool {
  const room = pool.rooms.get(roomName);
  if (!room) return pool;
  switch (room.state) {
    case 'live':
      return pool;
    case 'warming': {
      if (room.untilMs > nowMs) return pool;
      wishes.push({ do: 'deleteRoom', roomName });
      const pauseMs = Math.min(warmPause.lastMs, warmPause.firstMs * 2 ** pool.warmFailures);
      return {
        ...withRoom(pool, roomName, undefined),
        warmFailures: Math.min(10, pool.warmFailures + 1),
        warmPausedUntilMs: nowMs + pauseMs,
      };
    }
    case 'warm':
      if (room.untilMs > nowMs) return pool;
      wishes.push(
        { do: 'leaveRoom', agentId: room.agentId, roomName },
        { do: 'deleteRoom', roomName },
      );
      return withRoom(pool, roomName, undefined);
    case 'awaited':
      if (room.untilMs > nowMs) return pool;
      // Nothing exists in LiveKit; a client that comes later makes the room, and its agent asks for the session.
      wishes.push({
        do: 'endSession',
        sessionId: room.sessionId,
        agentId: null,
        reason: 'never_joined',
      });
      return withRoom(pool, roomName, undefined);
    case 'claimed':
      if (room.untilMs > nowMs) return pool;
      wishes.push({ do: 'checkJoined', roomName });
      return withRoom(pool, roomName, { ...room, untilMs: nowMs + checkMs });
    case 'orphaned': {
      if (!room.joined && room.untilMs <= nowMs) {
        wishes.push({ do: 'checkJoined', roomName });
        return withRoom(pool, roomName, { ...room, untilMs: nowMs + checkMs });
      }
      const { missingSinceMs } = room.rescue;
      if (missingSinceMs === null || nowMs - missingSinceMs < pool.rules.missingTimeoutMs)
        return pool;
      const { sessionId } = room;
      wishes.push({ do: 'endSession', sessionId, agentId: null, reason: 'room_closed' });
      return withRoom(pool, roomName, undefined);
    }
  }
}

/** Rooms with people in them before all else; each rescue has a place reserved, see `countPool`. */
function startRescues(pool: Pool, nowMs: number, wishes: PoolWish[]): Pool {
  let next = pool;
  const { accepting, lacking } = countPool(pool);
  // Where those who take new rooms have not enough places, the people in such a room come before everybody's ease.
  const strained = [...pool.agents.keys()].filter((agentId) => isStrained(pool, agentId));
  const opening = lacking > 0 ? strained : [];
  if (accepting + opening.length === 0) return pool;
  for (const [roomName, room] of pool.rooms) {
    if (room.state !== 'orphaned' || room.rescue.state !== 'due' || room.rescue.atMs > nowMs)
      continue;
    for (const agentId of opening.splice(0)) {
      wishes.push({ do: 'openUp', agentId });
      next = makeWay(next, agentId, lacking, wishes);
    }
    wishes.push({ do: 'rescue', roomName });
    const { missingSinceMs } = room.rescue;
    next = withRoom(next, roomName, { ...room, rescue: { state: 'running', missingSinceMs } });
  }
  return next;
}

/** The warm rooms of a strained agent take places there that it needs now, and nobody would be given one. */
function makeWay(pool: Pool, agentId: string, places: number, wishes: PoolWish[]): Pool {
  const warm = [...pool.rooms].filter(
    ([, room]) => room.state === 'warm' && room.agentId === agentId,
  );
  const surplus = Math.min(warm.length, places - (placesLeft(pool, agentId) - warm.length));
  let next = pool;
  for (const [roomName] of warm.slice(0, Math.max(0, surplus))) {
    wishes.push({ do: 'leaveRoom', agentId, roomName }, { do: 'deleteRoom', roomName });
    next = withRoom(next, roomName, undefined);
  }
  return next;
}

/** Warm rooms make way when their places are needed. */
function dropSurplus(pool: Pool, wishes: PoolWish[]): Pool {
  let next = pool;
  for (const [roomName, room] of pool.rooms) {
    const { free, ready, warming } = countPool(next);
    if (ready + warming <= free) return next;
    if (room.state !== 'warm' || !isAccepting(pool, room.agentId)) continue;
    wishes.push(
      { do: 'leaveRoom', agentId: room.agentId, roomName },
      { do: 'deleteRoom', roomName },
    );
    next = withRoom(next, roomName, undefined);
  }
  return next;
}

function refill(pool: Pool, nowMs: number, wishes: PoolWish[]): Pool {
  if (pool.warmPausedUntilMs > nowMs || isRush(pool, nowMs)) return pool;
  const { rules } = pool;
  const { accepting, free, ready, warming } = countPool(pool);
  const wanted = Math.min(rules.warmPerAgent * accepting, free);
  const missing = Math.min(wanted - ready - warming, rules.creatingAtOnce - warming);
  let next = pool;
  for (let made = 0; made < missing; made++) {
    const { pool: named, roomName } = takeName(next);
    wishes.push({ do: 'createWarm', roomName });
    next = withRoom(named, roomName, {
      state: 'warming',
      untilMs: nowMs + rules.warmingTimeoutMs,
    });
  }
  return next;
}
