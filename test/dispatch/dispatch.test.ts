import { beforeEach, describe, expect, it } from 'vitest';
import { Dispatch } from '../../src/dispatch/dispatch.ts';
import type { Entrance, Guest } from '../../src/dispatch/entering.ts';
import { NoAgentFree } from '../../src/dispatch/no-agent-free.ts';
import { defaultPoolRules } from '../../src/dispatch/pool.ts';
import { untouchedContext } from '../../src/protocol/client-context.ts';
import { SessionSettings } from '../../src/protocol/connect.ts';
import type { ServerPush, Welcome } from '../../src/protocol/journal.ts';
import type { TurnRecord } from '../../src/protocol/turn-record.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeRooms } from '../fakes/fake-rooms.ts';
import { MemoryVoiceSessions } from '../fakes/memory-voice-sessions.ts';

const stage = { baseUrl: 'http://127.0.0.1:1/v1', model: 'm' };
const welcome: Welcome = {
  livekit: { url: 'ws://127.0.0.1:7880', apiKey: 'devkey', apiSecret: 'secret' },
  agentName: 'parley',
  providers: { llm: stage, stt: stage, tts: stage },
  maxSessions: 4,
  idle: null,
};
const stranger: Guest = {
  speaker: { id: null, name: null },
  characterId: 'ada',
  make: () => Promise.resolve({ conversationId: 'c1', members: null }),
};
const placing: Entrance = {
  workspaceId: 'w1',
  keyId: 'key-1',
  settings: SessionSettings.parse({}),
  locator: null,
  isCast: false,
  characters: 1,
  introduce: () => Promise.resolve(stranger),
};
const turn: TurnRecord = {
  id: '11111111-1111-4111-8111-111111111111',
  origin: 'speech',
  userText: 'Hello?',
  assistantText: '',
  status: 'open',
  stages: {},
  startedAt: '2026-01-01T00:00:00.000Z',
};
const rules = { ...defaultPoolRules, warmPerAgent: 1 };
const status = { load: 0, sessions: 0, maxSessions: 4, full: null };

let clock: FakeClock;
let rooms: FakeRooms;
let store: MemoryVoiceSessions;
let pushed: { agentId: string; push: ServerPush }[];
let dispatch: Dispatch;
/** Rooms that an agent joined. */
let inhabited: Set<string>;

const openDispatch = () =>
  new Dispatch({
    rooms,
    store,
    welcome: () => welcome,
    push: (agentId, push) => pushed.push({ agentId, push }) > 0,
    rules,
    tokenLifeMs: 600_000,
    clock,
    log: silentLog,
  });

beforeEach(() => {
  clock = new FakeClock();
  rooms = new FakeRooms();
  store = new MemoryVoiceSessions();
  pushed = [];
  inhabited = new Set();
  dispatch = openDispatch();
});

/** Connects an agent, which joins all the rooms that wait for one. */
async function agent(agentId: string): Promise<void> {
  await dispatch.desk.hello(agentId, []);
  await dispatch.desk.answer(agentId, { op: 'status', ...status });
  await joinAll(agentId);
}

async function joinAll(agentId: string): Promise<void> {
  await clock.advance(0);
  for (const roomName of rooms.humans.keys()) {
    if (inhabited.has(roomName)) continue;
    inhabited.add(roomName);
    await dispatch.desk.answer(agentId, { op: 'roomJoined', roomName });
  }
}

async function liveSession(agentId: string) {
  const placed = await dispatch.enter(placing);
  await clock.advance(0);
  rooms.humans.set(placed.roomName, 1);
  await dispatch.desk.answer(agentId, { op: 'clientJoined', sessionId: placed.sessionId });
  return placed;
}

describe('placing a session', () => {
  it('gives a room in which an agent waits, and tells the agent whom to expect', async () => {
    await agent('a');
    const { sessionId, roomName, userIdentity } = await dispatch.enter(placing);
    await clock.advance(0);
    expect(rooms.humans.has(roomName)).toBe(true);
    expect(pushed).toHaveLength(1);
    expect(pushed[0]).toMatchObject({
      agentId: 'a',
      push: { push: 'assign', assignment: { sessionId, roomName, userIdentity, takenOver: false } },
    });
  });

  it('is refused at once when no agent is there, with the time after which to ask again', async () => {
    await expect(dispatch.enter(placing)).rejects.toThrow(NoAgentFree);
    await expect(dispatch.enter(placing)).rejects.toMatchObject({
      status: 503,
      code: 'no_agent_free',
      retryAfterSeconds: 5,
    });
  });

  it('is refused when every place is taken, and possible again when one is free', async () => {
    await agent('a');
    const placed = [];
    for (let at = 0; at < 4; at++) placed.push(await dispatch.enter(placing));
    await expect(dispatch.enter(placing)).rejects.toThrow(NoAgentFree);
    const { sessionId = '' } = placed[0] ?? {};
    await dispatch.desk.answer('a', { op: 'sessionEnded', sessionId, reason: 'client_left' });
    await expect(dispatch.enter(placing)).resolves.toBeDefined();
  });

  it('without a warm room leaves it to the client to make the room, and its agent finds the session', async () => {
    await dispatch.desk.hello('a', []);
    rooms.fails = true;
    await dispatch.desk.answer('a', { op: 'status', ...status });
    const { sessionId, roomName } = await dispatch.enter(placing);
    const answer = await dispatch.desk.answer('a', { op: 'roomJoined', roomName });
    expect(answer).toMatchObject({ sessionId, takenOver: false });
  });

  it('gives the place back when the session cannot be stored', async () => {
    await agent('a');
    store.fails = true;
    await expect(dispatch.enter(placing)).rejects.toThrow('the database is away');
    expect(dispatch.count()).toMatchObject({ claimed: 0, awaited: 0, free: 4 });
  });

  it('a thousand times, never used, leaves nothing behind', async () => {
    await agent('a');
    const names = new Set<string>();
    for (let at = 0; at < 1_000; at++) {
      await dispatch
        .enter(placing)
        .then(({ roomName }) => names.add(roomName))
        .catch(() => clock.advance(1_000));
      await joinAll('a');
    }
    await clock.advance(rules.joinTimeoutMs * 2);
    await joinAll('a');
    expect(names.size).toBeGreaterThan(100);
    expect(dispatch.count()).toMatchObject({
      claimed: 0,
      awaited: 0,
      live: 0,
      orphaned: 0,
      warm: 1,
    });
    expect(rooms.humans.size).toBe(1);
    expect([...store.sessions.values()].every(({ end }) => end === 'never_joined')).toBe(true);
  });
});

describe('a client that comes after its claim lapsed', () => {
  it('still finds the character', async () => {
    await agent('a');
    const { sessionId, roomName } = await dispatch.enter(placing);
    await clock.advance(rules.joinTimeoutMs + 1_000);
    expect(store.sessions.get(sessionId)?.end).toBe('never_joined');
    expect(rooms.humans.has(roomName)).toBe(false);
    rooms.humans.set(roomName, 1); // its token makes the room anew
    const answer = await dispatch.desk.answer('a', { op: 'roomJoined', roomName });
    expect(answer).toMatchObject({ sessionId, takenOver: false });
    await dispatch.desk.answer('a', { op: 'clientJoined', sessionId });
    expect(store.sessions.get(sessionId)?.end).toBeNull();
    expect(dispatch.count().live).toBe(1);
  });

  it('gets an agent when LiveKit found none', async () => {
    await agent('a');
    const { roomName } = await dispatch.enter(placing);
    await clock.advance(rules.joinTimeoutMs + 1_000);
    rooms.humans.set(roomName, 1);
    await clock.advance(4_000);
    expect(rooms.dispatched).toContain(roomName);
  });
});

describe('when an agent process dies', () => {
  it('another one is sent into its rooms and gets the conversation so far', async () => {
    await agent('a');
    const { sessionId, roomName } = await liveSession('a');
    await agent('b');
    await dispatch.desk.answer('a', { op: 'appendTurn', sessionId, turn });
    dispatch.desk.lost('a', 'broken');
    await clock.advance(1_000);
    expect(rooms.dispatched).toEqual([roomName]);
    const answer = await dispatch.desk.answer('b', { op: 'roomJoined', roomName });
    expect(answer).toMatchObject({ sessionId, takenOver: true, history: [turn] });
  });

  it('the other one knows what the client told, and the first can no longer change it', async () => {
    await agent('a');
    const { sessionId, roomName } = await liveSession('a');
    await agent('b');
    const context = { ...untouchedContext, updates: ['It rains.'] };
    await dispatch.desk.answer('a', { op: 'keepContext', sessionId, context });
    dispatch.desk.lost('a', 'broken');
    await clock.advance(1_000);
    await dispatch.desk.answer('b', { op: 'roomJoined', roomName });
    await dispatch.desk.answer('a', { op: 'keepContext', sessionId, context: untouchedContext });
    const answer = await dispatch.desk.answer('b', { op: 'roomJoined', roomName });
    expect(answer).toMatchObject({ sessionId, context });
  });

  it('asks again for as long as nobody comes', async () => {
    await agent('a');
    await liveSession('a');
    await agent('b');
    rooms.places = false;
    dispatch.desk.lost('a', 'silent');
    await clock.advance(10_000);
    expect(rooms.dispatched.length).toBeGreaterThan(5);
  });

  it('and its client has left too, nobody is sent, and the session ends with the room', async () => {
    await agent('a');
    const { sessionId, roomName } = await liveSession('a');
    await agent('b');
    rooms.humans.set(roomName, 0);
    dispatch.desk.lost('a', 'broken');
    await clock.advance(5_000);
    expect(rooms.dispatched).toEqual([]);
    rooms.humans.delete(roomName);
    await clock.advance(10_000);
    expect(store.sessions.get(sessionId)?.end).toBe('room_closed');
  });

  it('it can end nothing any more when it was only cut off', async () => {
    await agent('a');
    const { sessionId, roomName } = await liveSession('a');
    await agent('b');
    dispatch.desk.lost('a', 'silent');
    await dispatch.desk.answer('b', { op: 'roomJoined', roomName });
    await dispatch.desk.hello('a', [roomName]);
    await dispatch.desk.answer('a', { op: 'sessionEnded', sessionId, reason: 'failed' });
    expect(pushed).toContainEqual({ agentId: 'a', push: { push: 'leaveRoom', roomName } });
    expect(store.sessions.get(sessionId)?.end).toBeNull();
  });
});

describe('after a restart of the server', () => {
  it('agents that outlived it keep their sessions', async () => {
    await agent('a');
    const { roomName } = await liveSession('a');
    dispatch = openDispatch();
    await dispatch.recover();
    await dispatch.desk.hello('a', [roomName]);
    await clock.advance(10_000);
    expect(dispatch.count()).toMatchObject({ live: 1, orphaned: 0 });
    expect(rooms.dispatched).toEqual([]);
  });

  it('new agents take up the rooms in which clients still wait', async () => {
    await agent('a');
    const { roomName } = await liveSession('a');
    dispatch = openDispatch();
    await dispatch.recover();
    await agent('b');
    await clock.advance(5_000);
    expect(rooms.dispatched).toEqual([roomName]);
  });

  it('sessions whose rooms are gone end', async () => {
    await agent('a');
    const { sessionId, roomName } = await liveSession('a');
    rooms.humans.delete(roomName);
    dispatch = openDispatch();
    await dispatch.recover();
    await agent('b');
    await clock.advance(30_000);
    expect(store.sessions.get(sessionId)?.end).toBe('room_closed');
  });
});

describe('who cannot be served', () => {
  it('is told before anybody is asked who they are, or for what they came', async () => {
    let asked = 0;
    const introduce = () => {
      asked++;
      return Promise.resolve(stranger);
    };
    await expect(dispatch.enter({ ...placing, introduce })).rejects.toMatchObject({
      ...{ status: 503, code: 'no_agent_free', why: 'no_agent' },
    });
    expect(asked).toBe(0);
    await agent('a');
    await dispatch.enter({ ...placing, introduce });
    expect(asked).toBe(1);
  });

  it('hears that it is the machine when it is', async () => {
    await agent('a');
    await dispatch.desk.answer('a', { op: 'status', ...status, full: 'cpu' });
    await expect(dispatch.enter(placing)).rejects.toMatchObject({
      ...{ why: 'cpu', code: 'no_agent_free', retryAfterSeconds: 5 },
      message: 'Every voice agent is busy: the machine has no CPU to spare. Try again soon.',
    });
    expect(dispatch.fullAgents()).toMatchObject({ cpu: 1 });
  });

  it.each([
    ['who comes cannot be looked up', { introduce: () => Promise.reject(new Error('away')) }],
    ['the room has no content', { introduce: () => Promise.resolve({ ...stranger, make: null }) }],
    [
      'the conversation cannot be opened',
      {
        introduce: () =>
          Promise.resolve({ ...stranger, make: () => Promise.reject(new Error('away')) }),
      },
    ],
  ])('takes no place away from others: %s', async (_what, over) => {
    await agent('a');
    const { free, warm } = dispatch.count();
    await expect(dispatch.enter({ ...placing, ...over })).rejects.toThrow();
    await clock.advance(0);
    expect(dispatch.count()).toMatchObject({ free, claimed: 0, awaited: 0 });
    expect(dispatch.count().warm).toBeGreaterThanOrEqual(warm);
  });

  it('of several characters are those for whom there is no place', async () => {
    await agent('a');
    const members = [1, 2, 3, 4, 5, 6].map((n) => ({
      membershipId: `${String(n).repeat(8)}-1111-4111-8111-111111111111`,
      ...{ characterId: 'ada', name: 'Ada', characterSessionId: `c${n}`, isInitial: n === 1 },
    }));
    const make = () => Promise.resolve({ conversationId: 'c1', members });
    const { roster } = await dispatch.enter({
      ...placing,
      ...{ isCast: true, characters: 6 },
      introduce: () => Promise.resolve({ ...stranger, make }),
    });
    expect(roster?.members.map(({ failureCode }) => failureCode ?? 'in')).toEqual([
      ...Array<string>(4).fill('in'),
      ...Array<string>(2).fill('no_agent_free'),
    ]);
    expect(roster?.activeMembershipId).toBe(members[0]?.membershipId);
    expect(dispatch.count().free).toBe(0);
  });
});

describe('what can be recalled for a character from now on', () => {
  it('is told to every agent: any of them may have it in a session', async () => {
    await agent('agent-1');
    await agent('agent-2');
    pushed = [];
    dispatch.tellRecalls('ada');
    const push = { push: 'recalls', characterId: 'ada' };
    expect(pushed).toEqual([
      { agentId: 'agent-1', push },
      { agentId: 'agent-2', push },
    ]);
  });
});

describe('closing', () => {
  it('takes nothing new, removes every room and ends what is left', async () => {
    await agent('a');
    const { sessionId } = await liveSession('a');
    dispatch.stop();
    await expect(dispatch.enter(placing)).rejects.toThrow(NoAgentFree);
    dispatch.desk.lost('a', 'goodbye');
    await dispatch.close();
    expect(rooms.humans.size).toBe(0);
    expect(store.sessions.get(sessionId)?.end).toBe('shutdown');
    expect(clock.pending).toBe(0);
  });
});

describe('a room that others may join', () => {
  const shared = (name: string, over: Partial<Entrance> = {}): Entrance => ({
    ...placing,
    settings: SessionSettings.parse({ max_num_participants: 2 }),
    introduce: () => Promise.resolve({ ...stranger, speaker: { id: name, name: null } }),
    locator: { kind: 'sharedKey', key: 'class-7' },
    ...over,
  });

  it('is one for all who name it at once, and each has a place of their own in it', async () => {
    await agent('a');
    const [ann, ben] = await Promise.all([
      dispatch.enter(shared('ann')),
      dispatch.enter(shared('ben')),
    ]);
    expect(ben.roomName).toBe(ann.roomName);
    expect(ben.sessionId).not.toBe(ann.sessionId);
    expect([ann.userIdentity, ben.userIdentity]).toEqual(['human:ann', 'human:ben']);
    expect(dispatch.count()).toMatchObject({ claimed: 1 });
    expect(pushed.map(({ push }) => push)).toContainEqual({
      push: 'expect',
      sessionId: ann.sessionId,
      participant: { identity: 'human:ben', speakerId: 'ben', speakerName: null },
    });
  });

  it('is full for a third, and not for one who has a place', async () => {
    await agent('a');
    await dispatch.enter(shared('ann'));
    await dispatch.enter(shared('ben'));
    await expect(dispatch.enter(shared('cid'))).rejects.toMatchObject({
      ...{ status: 409, code: 'shared_session_conflict' },
    });
    await expect(dispatch.enter(shared('ben'))).resolves.toBeDefined();
  });

  it('is another one in another workspace', async () => {
    await agent('a');
    const { roomName } = await dispatch.enter(shared('ann'));
    const theirs = await dispatch.enter(shared('ann', { workspaceId: 'w2' }));
    expect(theirs.roomName).not.toBe(roomName);
    await expect(
      dispatch.enter(shared('ben', { workspaceId: 'w3', characters: null })),
    ).rejects.toMatchObject({ status: 404 });
  });

  it('is kept for the last one who was let in, and awaited again when it was given up', async () => {
    await agent('a');
    const { roomName } = await dispatch.enter(shared('ann'));
    await clock.advance(rules.joinTimeoutMs - 1_000);
    await dispatch.enter(shared('ben'));
    await clock.advance(rules.joinTimeoutMs - 1_000);
    expect(dispatch.count()).toMatchObject({ claimed: 1 });
    await clock.advance(3_000);
    expect(dispatch.count()).toMatchObject({ claimed: 0 });
    const again = await dispatch.enter(shared('ann'));
    expect(again.roomName).toBe(roomName);
    expect(dispatch.count()).toMatchObject({ awaited: 1 });
  });

  it('that was given up takes its place again, which two such rooms cannot both do', async () => {
    await agent('a');
    const ofKey = (key: string) => shared('ann', { locator: { kind: 'sharedKey', key } });
    await dispatch.enter(ofKey('class-7'));
    await dispatch.enter(ofKey('class-8'));
    await clock.advance(rules.joinTimeoutMs * 2);
    for (let at = 0; at < 3; at++) await dispatch.enter(placing);
    expect(dispatch.count()).toMatchObject({ free: 1 });
    const both = await Promise.allSettled([
      dispatch.enter(ofKey('class-7')),
      dispatch.enter(ofKey('class-8')),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(dispatch.count()).toMatchObject({ free: 0, lacking: 0 });
  });

  it('that was given up takes no place for one who is not let in', async () => {
    await agent('a');
    await dispatch.enter(shared('ann'));
    await dispatch.enter(shared('ben'));
    await clock.advance(rules.joinTimeoutMs * 2);
    await expect(dispatch.enter(shared('cid'))).rejects.toMatchObject({ status: 409 });
    expect(dispatch.count()).toMatchObject({ awaited: 0, free: 4 });
    await expect(dispatch.enter(shared('ann'))).resolves.toBeDefined();
    expect(dispatch.count()).toMatchObject({ awaited: 1, free: 3 });
  });

  it('puts out who comes when others have the places', async () => {
    await agent('a');
    const { sessionId, roomName } = await dispatch.enter(shared('ann'));
    const here = ['human:ann', 'human:ben', 'human:cid'];
    await dispatch.desk.answer('a', { op: 'attendance', sessionId, here });
    expect(rooms.putOuts).toEqual([{ roomName, identity: 'human:cid' }]);
    await dispatch.desk.answer('b', { op: 'attendance', sessionId, here });
    expect(rooms.putOuts).toHaveLength(1);
  });

  it('leaves no trace of one who is refused for want of an agent', async () => {
    let made = 0;
    const make = () => Promise.resolve({ conversationId: `c${++made}`, members: null });
    const introduce = () => Promise.resolve({ ...stranger, make });
    await expect(dispatch.enter(shared('ann', { introduce }))).rejects.toThrow(NoAgentFree);
    expect(made).toBe(0);
  });
});
