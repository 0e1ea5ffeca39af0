import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimRoom, stepPool, type PoolEvent } from '../../src/dispatch/pool-step.ts';
import type { PoolWish } from '../../src/dispatch/pool-wish.ts';
import { fullAgents, whyFull } from '../../src/dispatch/why-full.ts';
import type { AgentStatus } from '../../src/protocol/journal.ts';
import {
  countPool,
  defaultPoolRules,
  emptyPool,
  nextDeadlineMs,
  type Pool,
} from '../../src/dispatch/pool.ts';

const rules = { ...defaultPoolRules, warmPerAgent: 2 };
const accepting: AgentStatus = { load: 0, sessions: 0, maxSessions: 3, full: null };

/** A pool, the time, and all that was wished for. */
class World {
  pool: Pool = emptyPool(rules, 'room');
  nowMs = 0;
  wishes: PoolWish[] = [];

  do(event: PoolEvent): this {
    const { pool, wishes } = stepPool(this.pool, event, this.nowMs);
    this.pool = pool;
    this.wishes.push(...wishes);
    return this;
  }

  /** Connects an agent; the warm rooms that are on their way to any agent arrive at this one. */
  agent(agentId: string, maxSessions = 3): this {
    this.do({ kind: 'hello', agentId, rooms: new Map() });
    this.do({ kind: 'status', agentId, status: { ...accepting, maxSessions } });
    return this.arrive(agentId);
  }

  arrive(agentId: string): this {
    for (const roomName of this.in('warming'))
      this.do({ kind: 'roomJoined', agentId, roomName, known: null });
    return this;
  }

  claim(sessionId: string, characters = 1) {
    const claim = claimRoom(this.pool, sessionId, this.nowMs, characters);
    if (!claim) return undefined;
    this.pool = claim.pool;
    this.wishes.push(...claim.wishes);
    return claim;
  }

  later(ms: number): this {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const atMs = nextDeadlineMs(this.pool, this.nowMs);
      if (atMs === undefined || atMs > untilMs) break;
      this.nowMs = atMs;
      this.do({ kind: 'tick' });
    }
    this.nowMs = untilMs;
    return this.do({ kind: 'tick' });
  }

  in(state: string): string[] {
    return [...this.pool.rooms].filter(([, room]) => room.state === state).map(([name]) => name);
  }

  wished<D extends PoolWish['do']>(what: D): Extract<PoolWish, { do: D }>[] {
    return this.wishes.filter((wish): wish is Extract<PoolWish, { do: D }> => wish.do === what);
  }
}

describe('warm rooms', () => {
  it('are made for every agent that takes rooms', () => {
    const world = new World().agent('a').agent('b');
    expect(world.in('warm')).toHaveLength(4);
  });

  it('are not made while nobody takes rooms', () => {
    const world = new World().do({ kind: 'hello', agentId: 'a', rooms: new Map() });
    expect(world.wishes).toEqual([]);
  });

  it('are refilled when one was given out and nobody more comes', () => {
    const world = new World().agent('a');
    world.claim('s1');
    expect(countPool(world.pool)).toMatchObject({ claimed: 1, warm: 1, warming: 0 });
    world.later(rules.lullMs);
    expect(countPool(world.pool)).toMatchObject({ claimed: 1, warm: 1, warming: 1 });
  });

  it('are refilled while callers come one upon another for long', () => {
    const world = new World();
    world.pool = emptyPool({ ...rules, warmPerAgent: 4 }, 'room');
    world.agent('a', 100);
    const everyMs = rules.lullMs / 2;
    for (let atMs = 0; atMs < rules.rushMs; atMs += everyMs) {
      world.claim(`s${atMs}`);
      expect(world.in('warming')).toEqual([]);
      world.later(everyMs);
    }
    world.claim('one more');
    expect(world.in('warming')).toHaveLength(4);
  });

  it('never take the place of a session that could begin', () => {
    const world = new World().agent('a');
    world.claim('s1');
    world.later(rules.lullMs).arrive('a');
    world.claim('s2');
    world.later(rules.lullMs).arrive('a');
    expect(countPool(world.pool)).toMatchObject({ claimed: 2, warm: 1, free: 1 });
  });

  it('are replaced before LiveKit closes them', () => {
    const world = new World().agent('a');
    const first = world.in('warm');
    world.later(rules.warmLifeMs).arrive('a');
    expect(world.in('warm')).toHaveLength(2);
    expect(world.in('warm')).not.toEqual(expect.arrayContaining(first));
    expect(world.wished('deleteRoom').map(({ roomName }) => roomName)).toEqual(first);
  });

  it('are given up with their agent', () => {
    const world = new World().agent('a');
    const rooms = world.in('warm');
    world.do({ kind: 'agentLost', agentId: 'a', graceMs: 0 });
    expect(world.pool.rooms.size).toBe(0);
    expect(world.wished('deleteRoom').map(({ roomName }) => roomName)).toEqual(rooms);
  });

  it('are tried for ever more rarely while no agent comes into them', () => {
    const world = new World();
    world.do({ kind: 'hello', agentId: 'a', rooms: new Map() });
    world.do({ kind: 'status', agentId: 'a', status: accepting });
    world.later(600_000);
    expect(world.wished('createWarm').length).toBeLessThan(60);
    while (world.in('warming').length === 0) world.later(1_000);
    world.arrive('a');
    expect(world.in('warm')).toHaveLength(2);
  });
});

describe('a claim', () => {
  it('gets a room in which an agent waits', () => {
    const world = new World().agent('a');
    const [roomName] = world.in('warm');
    expect(world.claim('s1')).toMatchObject({ roomName, agentId: 'a' });
  });

  it('gets a fresh name when no agent waits yet', () => {
    const world = new World();
    world.do({ kind: 'hello', agentId: 'a', rooms: new Map() });
    world.do({ kind: 'status', agentId: 'a', status: accepting });
    const claim = world.claim('s1');
    expect(claim?.agentId).toBeNull();
    expect(world.in('awaited')).toEqual([claim?.roomName]);
  });

  it('is refused when every place is taken, and when nobody is there', () => {
    expect(new World().claim('s0')).toBeUndefined();
    const world = new World().agent('a');
    for (const id of ['s1', 's2', 's3']) expect(world.claim(id)).toBeDefined();
    expect(world.claim('s4')).toBeUndefined();
  });

  it('goes to the agent with the fewest sessions', () => {
    const world = new World().agent('a').agent('b');
    const first = world.claim('s1');
    expect(world.claim('s2')?.agentId).not.toBe(first?.agentId);
  });

  it('for several characters takes a place for each, as many as there are', () => {
    const world = new World().agent('a');
    expect(world.claim('s1', 2)).toMatchObject({ places: 2 });
    expect(countPool(world.pool).free).toBe(1);
    expect(world.claim('s2', 5)).toMatchObject({ places: 1 });
    expect(world.claim('s3', 1)).toBeUndefined();
    world.do({ kind: 'recast', sessionId: 's1', places: 1 });
    expect(countPool(world.pool).free).toBe(1);
  });

  it('for several characters is not spread over agents: one of them has the room', () => {
    const world = new World().agent('a').agent('b');
    expect(world.claim('s1', 5)).toMatchObject({ places: 3 });
    expect(countPool(world.pool).free).toBe(3);
  });

  it('goes where there is a place, by what each agent can carry', () => {
    const world = new World().agent('small', 1).agent('large', 5);
    const given = [1, 2, 3, 4, 5, 6].map((n) => world.claim(`s${n}`));
    expect(given.every((claim) => claim !== undefined)).toBe(true);
    expect(countPool(world.pool).free).toBe(0);
    expect(world.claim('s7')).toBeUndefined();
  });

  it('never goes to an agent that is strained, and warm rooms wait there until it is not', () => {
    const world = new World().agent('a');
    world.do({ kind: 'status', agentId: 'a', status: { ...accepting, full: 'cpu' } });
    expect(world.claim('s1')).toBeUndefined();
    expect(whyFull(world.pool)).toBe('cpu');
    expect(fullAgents(world.pool)).toMatchObject({ cpu: 1, places: 0 });
    expect(world.in('warm')).toHaveLength(2);
    world.do({ kind: 'status', agentId: 'a', status: accepting });
    expect(world.claim('s1')).toMatchObject({ agentId: 'a' });
  });

  it('is refused with the reason', () => {
    const world = new World();
    expect(whyFull(world.pool)).toBe('no_agent');
    world.agent('a');
    expect(whyFull(world.pool)).toBeNull();
    world.claim('s1', 3);
    expect(whyFull(world.pool)).toBe('places');
    expect(fullAgents(world.pool)).toMatchObject({ places: 1 });
    world.do({ kind: 'status', agentId: 'a', status: { ...accepting, full: 'draining' } });
    expect(whyFull(world.pool)).toBe('draining');
  });

  it('leaves nothing behind when its client never comes', () => {
    const world = new World().agent('a');
    const { roomName } = world.claim('s1') ?? {};
    world.later(rules.lullMs).arrive('a').later(rules.joinTimeoutMs);
    expect(world.wished('checkJoined')).toEqual([{ do: 'checkJoined', roomName }]);
    world.do({ kind: 'joinChecked', roomName: roomName ?? '', humans: 0 });
    expect(world.wished('endSession')).toEqual([
      { do: 'endSession', sessionId: 's1', agentId: 'a', reason: 'never_joined' },
    ]);
    expect(world.wished('deleteRoom')).toEqual([{ do: 'deleteRoom', roomName }]);
    expect(countPool(world.pool)).toMatchObject({ claimed: 0, awaited: 0, free: 3 });
  });

  it('stays when the client is in the room all the same', () => {
    const world = new World().agent('a');
    const { roomName = '' } = world.claim('s1') ?? {};
    world.later(rules.joinTimeoutMs).do({ kind: 'joinChecked', roomName, humans: 1 });
    world.do({ kind: 'clientJoined', agentId: 'a', sessionId: 's1' });
    world.later(rules.joinTimeoutMs * 3);
    expect(world.in('live')).toEqual([roomName]);
  });

  it('of a client that comes late is taken up again', () => {
    const world = new World().agent('a');
    world.do({
      kind: 'roomJoined',
      agentId: 'a',
      roomName: 'room-late',
      known: { sessionId: 's1', joined: false, places: 1 },
    });
    expect(world.in('claimed')).toEqual(['room-late']);
  });
});

describe('a live room', () => {
  const live = () => {
    const world = new World().agent('a');
    const { roomName = '' } = world.claim('s1') ?? {};
    world.do({ kind: 'clientJoined', agentId: 'a', sessionId: 's1' });
    return { world, roomName };
  };

  it('is given to another agent when its own dies', () => {
    const { world, roomName } = live();
    world.agent('b').do({ kind: 'agentLost', agentId: 'a', graceMs: 250 });
    expect(world.wished('rescue')).toEqual([]);
    world.later(250);
    expect(world.wished('rescue')).toEqual([{ do: 'rescue', roomName }]);
    world.do({ kind: 'rescued', roomName, outcome: 'placed' });
    world.do({ kind: 'roomJoined', agentId: 'b', roomName, known: null });
    expect(world.pool.rooms.get(roomName)).toEqual({
      state: 'live',
      sessionId: 's1',
      agentId: 'b',
      places: 1,
    });
  });

  it('is taken over by an agent that is strained when there is no other', () => {
    const { world, roomName } = live();
    world.agent('b');
    world.do({ kind: 'status', agentId: 'b', status: { ...accepting, full: 'event_loop' } });
    world.do({ kind: 'agentLost', agentId: 'a', graceMs: 0 });
    expect(world.wished('openUp')).toEqual([{ do: 'openUp', agentId: 'b' }]);
    expect(world.wished('rescue')).toEqual([{ do: 'rescue', roomName }]);
  });

  it('is taken over by a strained agent whose places are all kept by warm rooms: one makes way', () => {
    const world = new World().agent('a').agent('b', 2);
    world.claim('s1');
    world.do({ kind: 'clientJoined', agentId: 'a', sessionId: 's1' });
    world.do({
      kind: 'status',
      agentId: 'b',
      status: { ...accepting, maxSessions: 2, full: 'cpu' },
    });
    world.do({ kind: 'agentLost', agentId: 'a', graceMs: 0 });
    expect(world.wished('openUp')).toHaveLength(1);
    expect(world.wished('leaveRoom')).toHaveLength(1);
    expect(world.in('warm')).toHaveLength(1);
  });

  it('is left to those that are not strained when there are some', () => {
    const { world } = live();
    world.agent('b').agent('c');
    world.do({ kind: 'status', agentId: 'b', status: { ...accepting, full: 'cpu' } });
    world.do({ kind: 'agentLost', agentId: 'a', graceMs: 0 });
    expect(world.wished('rescue')).toHaveLength(1);
    expect(world.wished('openUp')).toEqual([]);
  });

  it('waits for an agent when none is there, and gets the first that comes', () => {
    const { world, roomName } = live();
    world.do({ kind: 'agentLost', agentId: 'a', graceMs: 0 }).later(60_000);
    expect(world.wished('rescue')).toEqual([]);
    world.agent('b');
    expect(world.wished('rescue')).toEqual([{ do: 'rescue', roomName }]);
  });

  it('goes before warm rooms where places are few', () => {
    const { world } = live();
    world.agent('b');
    for (const sessionId of ['s2', 's3']) {
      world.claim(sessionId);
      world.arrive('b');
    }
    world.do({ kind: 'agentLost', agentId: 'a', graceMs: 0 });
    const { free, warm, warming } = countPool(world.pool);
    expect(warm + warming).toBeLessThanOrEqual(free);
  });

  it('stays with its agent when that is back in time', () => {
    const { world, roomName } = live();
    world.agent('b').do({ kind: 'agentLost', agentId: 'a', graceMs: 250 });
    world.do({ kind: 'hello', agentId: 'a', rooms: new Map([[roomName, null]]) });
    world.later(10_000);
    expect(world.wished('rescue')).toEqual([]);
    expect(world.in('live')).toEqual([roomName]);
  });

  it('is not given back to an agent that comes too late', () => {
    const { world, roomName } = live();
    world.agent('b').do({ kind: 'agentLost', agentId: 'a', graceMs: 0 });
    world.do({ kind: 'roomJoined', agentId: 'b', roomName, known: null });
    world.do({ kind: 'hello', agentId: 'a', rooms: new Map([[roomName, null]]) });
    expect(world.wished('leaveRoom')).toContainEqual({ do: 'leaveRoom', agentId: 'a', roomName });
    world.do({ kind: 'roomLeft', agentId: 'a', roomName });
    world.do({ kind: 'sessionEnded', agentId: 'a', sessionId: 's1' });
    expect(world.pool.rooms.get(roomName)).toMatchObject({ state: 'live', agentId: 'b' });
  });

  it('ends when LiveKit does not have it any more', () => {
    const { world, roomName } = live();
    world.do({ kind: 'roomLeft', agentId: 'a', roomName });
    for (let waitedMs = 0; waitedMs <= rules.missingTimeoutMs; waitedMs += 300)
      world.do({ kind: 'rescued', roomName, outcome: 'missing' }).later(300);
    expect(world.wished('endSession')).toEqual([
      { do: 'endSession', sessionId: 's1', agentId: null, reason: 'room_closed' },
    ]);
    expect(world.pool.rooms.has(roomName)).toBe(false);
  });

  it('is gone at once when its agent ends the session', () => {
    const { world, roomName } = live();
    world.do({ kind: 'sessionEnded', agentId: 'a', sessionId: 's1' });
    expect(world.pool.rooms.has(roomName)).toBe(false);
    expect(world.wished('deleteRoom')).toEqual([{ do: 'deleteRoom', roomName }]);
  });

  it('is known again after a restart of the server', () => {
    const world = new World();
    const rooms = new Map([['room-old', { sessionId: 's1', joined: true, places: 1 }]]);
    world.do({ kind: 'hello', agentId: 'a', rooms });
    expect(world.in('live')).toEqual(['room-old']);
  });
});

describe('an agent that reports a room nobody knows', () => {
  it('is sent out of it', () => {
    const world = new World();
    world.do({ kind: 'hello', agentId: 'a', rooms: new Map([['room-old', null]]) });
    expect(world.wishes).toEqual([
      { do: 'leaveRoom', agentId: 'a', roomName: 'room-old' },
      { do: 'deleteRoom', roomName: 'room-old' },
    ]);
  });
});

describe('whatever happens', () => {
  const agentId = fc.constantFrom('a', 'b', 'c');
  const action = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        act: fc.constant('claim' as const),
        characters: fc.integer({ min: 1, max: 4 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ act: fc.constant('agent' as const), agentId }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('lose' as const), agentId }) },
    { weight: 3, arbitrary: fc.record({ act: fc.constant('arrive' as const), agentId }) },
    { weight: 3, arbitrary: fc.record({ act: fc.constant('rescue' as const), agentId }) },
    { weight: 3, arbitrary: fc.record({ act: fc.constant('join' as const), pick: fc.nat() }) },
    { weight: 3, arbitrary: fc.record({ act: fc.constant('end' as const), pick: fc.nat() }) },
    {
      weight: 3,
      arbitrary: fc.record({ act: fc.constant('later' as const), ms: fc.nat(30_000) }),
    },
  );
  type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;
  const outcomes = ['placed', 'unplaced', 'missing'] as const;

  const act = (world: World, step: Action, index: number): void => {
    switch (step.act) {
      case 'claim': {
        const before = countPool(world.pool).free;
        const claim = world.claim(`s${index}`, step.characters);
        // Never more characters than places, never a refusal while there is one.
        expect(claim === undefined).toBe(before === 0);
        if (!claim) return;
        expect(claim.places).toBeGreaterThan(0);
        expect(claim.places).toBeLessThanOrEqual(step.characters);
        expect(countPool(world.pool).free).toBe(before - claim.places);
        return;
      }
      case 'agent':
        world.do({ kind: 'hello', agentId: step.agentId, rooms: new Map() });
        world.do({ kind: 'status', agentId: step.agentId, status: accepting });
        return;
      case 'lose':
        world.do({ kind: 'agentLost', agentId: step.agentId, graceMs: 250 });
        return;
      case 'arrive':
        if (world.pool.agents.has(step.agentId)) world.arrive(step.agentId);
        return;
      case 'rescue':
        for (const [at, roomName] of world.in('orphaned').entries()) {
          const outcome = outcomes[(index + at) % 3] ?? 'placed';
          world.do({ kind: 'rescued', roomName, outcome });
          if (outcome === 'placed' && world.pool.agents.has(step.agentId))
            world.do({ kind: 'roomJoined', agentId: step.agentId, roomName, known: null });
        }
        return;
      case 'join':
      case 'end': {
        const held = [...world.pool.rooms.values()].filter(
          (room) => room.state === 'claimed' || room.state === 'live',
        );
        const room = held[step.pick % Math.max(1, held.length)];
        if (!room) return;
        const kind = step.act === 'join' ? 'clientJoined' : 'sessionEnded';
        world.do({ kind, agentId: room.agentId, sessionId: room.sessionId });
        return;
      }
      case 'later':
        world.later(step.ms);
        for (const { roomName } of world.wished('checkJoined'))
          world.do({ kind: 'joinChecked', roomName, humans: 0 });
    }
  };

  const run = (steps: Action[]): World => {
    const world = new World();
    for (const [index, step] of steps.entries()) {
      act(world, step, index);
      const atMs = nextDeadlineMs(world.pool, world.nowMs);
      // What was due is done: the next thing lies ahead, or a timer would spin.
      if (atMs !== undefined) expect(atMs).toBeGreaterThan(world.nowMs);
    }
    return world;
  };

  it('has a place for each claim, and always moves on in time', () => {
    fc.assert(fc.property(fc.array(action, { maxLength: 60 }), (steps) => void run(steps)));
  });

  it('removes every room that it made, and ends every session once, when all clients are gone', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (steps) => {
        const world = run(steps);
        world.do({ kind: 'closing' });
        for (const room of [...world.pool.rooms.values()])
          if (room.state === 'live')
            world.do({ kind: 'sessionEnded', agentId: room.agentId, sessionId: room.sessionId });
        for (let round = 0; round < 3; round++) {
          world.later(rules.warmLifeMs);
          for (const { roomName } of world.wished('checkJoined'))
            world.do({ kind: 'joinChecked', roomName, humans: 0 });
        }
        const left = [...world.pool.rooms.values()];
        // Only people whose agent died are still waited for: they may be there.
        expect(left.every((room) => room.state === 'orphaned' && room.joined)).toBe(true);
        const deleted = new Set(world.wished('deleteRoom').map(({ roomName }) => roomName));
        for (const { roomName } of world.wished('createWarm'))
          expect(deleted.has(roomName) || world.pool.rooms.has(roomName)).toBe(true);
        const ended = world.wished('endSession').map(({ sessionId }) => sessionId);
        expect(new Set(ended).size).toBe(ended.length);
      }),
    );
  });
});
