import type { AgentStatus } from '../protocol/journal.ts';

export type PoolRules = {
  /** Rooms kept ready for each agent process. */
  warmPerAgent: number;
  /** How long a claim holds its place before the client has come. */
  joinTimeoutMs: number;
  /** A warm room is replaced after this long; LiveKit itself must keep it for longer. */
  warmLifeMs: number;
  /** How long LiveKit and an agent may take to fill a new warm room. */
  warmingTimeoutMs: number;
  /** New warm rooms under way at once. */
  creatingAtOnce: number;
  /** Callers often come together, and need the whole machine: new warm rooms are made so long after the last one. */
  lullMs: number;
  /** When callers come without a lull, new warm rooms are made in spite of it after this long. */
  rushMs: number;
  /** How long an orphaned room may be missing in LiveKit, which happens when LiveKit restarts, before its session ends. */
  missingTimeoutMs: number;
  /** An agent that took the job of an orphaned room must be in it after this long, or another one is asked. */
  arrivalTimeoutMs: number;
};

export const defaultPoolRules: PoolRules = {
  warmPerAgent: 8,
  joinTimeoutMs: 20_000,
  warmLifeMs: 540_000,
  // Usually 250 ms; a machine under load takes longer to join.
  warmingTimeoutMs: 8_000,
  creatingAtOnce: 4,
  lullMs: 1_000,
  rushMs: 4_000,
  missingTimeoutMs: 5_000,
  arrivalTimeoutMs: 5_000,
};

/**
 * A room that we made or gave out a token for, from its first use to its end. One with a session takes a place for each
 * character in it, of which there is one or several.
 */
export type PooledRoom =
  /** Created, an agent is on its way. */
  | { state: 'warming'; untilMs: number }
  /** An agent has it: it is in there, or will be within a moment of being asked. */
  | { state: 'warm'; agentId: string; untilMs: number }
  /** Only a name in a token: LiveKit makes the room, and asks for an agent, when the client joins. */
  | { state: 'awaited'; sessionId: string; places: number; untilMs: number }
  /** An agent waits in it for this session's client. */
  | { state: 'claimed'; sessionId: string; agentId: string; places: number; untilMs: number }
  | { state: 'live'; sessionId: string; agentId: string; places: number }
  /** Its agent is gone. `joined`: its client had come; if not, the claim holds until `untilMs`. */
  | {
      state: 'orphaned';
      sessionId: string;
      joined: boolean;
      places: number;
      untilMs: number;
      rescue: Rescue;
    };

export type Rescue =
  | { state: 'due'; atMs: number; missingSinceMs: number | null }
  | { state: 'running'; missingSinceMs: number | null };

/** Everything dispatch knows, as plain data. */
export type Pool = {
  readonly rules: PoolRules;
  /** What all our room names begin with, another one for every server process. */
  readonly prefix: string;
  /** How many names were given. */
  readonly named: number;
  /** Connected agents by id; null until they told their status. */
  readonly agents: ReadonlyMap<string, AgentStatus | null>;
  readonly rooms: ReadonlyMap<string, PooledRoom>;
  /** Warm rooms that did not come about, in a row, and until when no new ones are tried. */
  readonly warmFailures: number;
  readonly warmPausedUntilMs: number;
  readonly lastClaimMs: number;
  /** The first claim since there was a lull. */
  readonly rushSinceMs: number;
  /** Nothing new is begun any more. */
  readonly closing: boolean;
};

export function emptyPool(rules: PoolRules, prefix: string): Pool {
  return {
    rules,
    prefix,
    named: 0,
    agents: new Map(),
    rooms: new Map(),
    warmFailures: 0,
    warmPausedUntilMs: 0,
    lastClaimMs: -Infinity,
    rushSinceMs: -Infinity,
    closing: false,
  };
}

/** @param room undefined: forget it */
export function withRoom(pool: Pool, roomName: string, room: PooledRoom | undefined): Pool {
  const rooms = new Map(pool.rooms);
  if (room) rooms.set(roomName, room);
  else rooms.delete(roomName);
  return { ...pool, rooms };
}

export function takeName(pool: Pool): { pool: Pool; roomName: string } {
  const named = pool.named + 1;
  return { pool: { ...pool, named }, roomName: `${pool.prefix}-${named.toString(36)}` };
}

/** Whether new sessions may go to this agent, as long as it has a place. */
export function isAccepting(pool: Pool, agentId: string): boolean {
  return pool.agents.get(agentId)?.full === null;
}

/** Registered and staying, but strained: it takes nobody new, and may take rooms that were admitted before. */
export function isStrained(pool: Pool, agentId: string): boolean {
  const full = pool.agents.get(agentId)?.full ?? null;
  return full !== null && full !== 'draining' && full !== 'livekit_away';
}

/** Places of an agent that no session takes. */
export function placesLeft(pool: Pool, agentId: string): number {
  let left = pool.agents.get(agentId)?.maxSessions ?? 0;
  for (const room of pool.rooms.values())
    if ((room.state === 'claimed' || room.state === 'live') && room.agentId === agentId)
      left -= room.places;
  return Math.max(0, left);
}

export type PoolCount = Record<PooledRoom['state'], number> & {
  agents: number;
  /** Agents that are registered and stay. */
  serving: number;
  /** Those of them that take new sessions. */
  accepting: number;
  /** Warm rooms of those agents: what can be given out. */
  ready: number;
  /** Characters that could begin to speak now; warm rooms are free. */
  free: number;
  /** Places that those lack who wait for an agent. */
  lacking: number;
};

export function countPool(pool: Pool): PoolCount {
  const count: PoolCount = {
    warming: 0,
    warm: 0,
    awaited: 0,
    claimed: 0,
    live: 0,
    orphaned: 0,
    agents: pool.agents.size,
    serving: 0,
    accepting: 0,
    ready: 0,
    free: 0,
    lacking: 0,
  };
  let promised = 0;
  for (const room of pool.rooms.values()) {
    count[room.state]++;
    if (room.state === 'warm' && isAccepting(pool, room.agentId)) count.ready++;
    if (room.state === 'awaited' || room.state === 'orphaned') promised += room.places;
  }
  let left = 0;
  for (const agentId of pool.agents.keys()) {
    if (isStrained(pool, agentId)) count.serving++;
    if (!isAccepting(pool, agentId)) continue;
    count.serving++;
    count.accepting++;
    left += placesLeft(pool, agentId);
  }
  count.free = Math.max(0, left - promised);
  count.lacking = Math.max(0, promised - left);
  return count;
}

export function roomOfSession(pool: Pool, sessionId: string): [string, PooledRoom] | undefined {
  for (const [roomName, room] of pool.rooms)
    if ('sessionId' in room && room.sessionId === sessionId) return [roomName, room];
  return undefined;
}

/** Whether callers come one upon another, and have not for so long that they would find no warm room any more. */
export function isRush({ rules, lastClaimMs, rushSinceMs }: Pool, nowMs: number): boolean {
  return nowMs - lastClaimMs < rules.lullMs && nowMs - rushSinceMs < rules.rushMs;
}

/** When something will be due by itself, or undefined when nothing will. */
export function nextDeadlineMs(pool: Pool, nowMs: number): number | undefined {
  const deadlines: number[] = [];
  if (pool.warmPausedUntilMs > nowMs) deadlines.push(pool.warmPausedUntilMs);
  const lullAtMs = pool.lastClaimMs + pool.rules.lullMs;
  if (lullAtMs > nowMs) deadlines.push(lullAtMs);
  for (const room of pool.rooms.values()) {
    if (room.state === 'live') continue;
    if (room.state !== 'orphaned' || !room.joined) deadlines.push(room.untilMs);
    // One that is due and blocked waits for an agent, not for time.
    if (room.state === 'orphaned' && room.rescue.state === 'due' && room.rescue.atMs > nowMs)
      deadlines.push(room.rescue.atMs);
  }
  return deadlines.length === 0 ? undefined : Math.max(nowMs, Math.min(...deadlines));
}
