import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import {
  AudioSource,
  dispose,
  LocalAudioTrack,
  Room,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { AgentLine } from '../../src/dispatch/agent-line.ts';
import { Dispatch } from '../../src/dispatch/dispatch.ts';
import type { Entrance } from '../../src/dispatch/entering.ts';
import { defaultPoolRules, type PoolRules } from '../../src/dispatch/pool.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import type { LiveKit } from '../../src/livekit/supervisor.ts';
import { SessionSettings } from '../../src/protocol/connect.ts';
import { agentIdentity } from '../../src/room/identities.ts';
import { livekitRooms, type Rooms } from '../../src/room/rooms.ts';
import { userToken } from '../../src/room/token.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { MemoryVoiceSessions } from '../fakes/memory-voice-sessions.ts';
import { startTestLiveKit, testKeys } from './start-livekit.ts';
import { WaitingAgent } from './waiting-agent.ts';

const secret = 'the agent secret of this test';
const agentName = 'parley';
const placing: Entrance = {
  workspaceId: 'w1',
  keyId: 'k',
  settings: SessionSettings.parse({}),
  locator: null,
  isCast: false,
  characters: 1,
  introduce: () =>
    Promise.resolve({
      speaker: { id: null, name: null },
      characterId: 'ada',
      make: () => Promise.resolve({ conversationId: 'c1', members: null }),
    }),
};
const soon = { timeout: 90_000, interval: 20 };
const stage = { baseUrl: 'http://127.0.0.1:1/v1', model: 'm' };

let livekit: LiveKit;
let rooms: Rooms;
let livekitIsBack = (): void => undefined;
const closers: (() => Promise<unknown> | undefined)[] = [];

beforeAll(async () => {
  livekit = await startTestLiveKit({
    onChange: (state) => {
      if (state === 'up') livekitIsBack();
    },
  });
  rooms = livekitRooms({ url: livekit.url, ...testKeys }, agentName);
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

afterAll(async () => {
  await dispose();
  await livekit.close();
});

/** A server as dispatch sees it, with real lines to agents and to LiveKit. */
async function openServer(over: Partial<PoolRules> = {}) {
  const http: Server = createServer();
  const line = new AgentLine({ secret, clock: systemClock, log: silentLog });
  const store = new MemoryVoiceSessions();
  const rules = { ...defaultPoolRules, warmPerAgent: 1, ...over };
  const dispatch = new Dispatch({
    rooms,
    store,
    welcome: () => ({
      livekit: { url: livekit.url, ...testKeys },
      agentName,
      providers: { llm: stage, stt: stage, tts: stage },
      maxSessions: 4,
      idle: null,
    }),
    push: (agentId, push) => line.push(agentId, push),
    rules,
    tokenLifeMs: 60_000,
    clock: systemClock,
    log: silentLog,
  });
  line.attach(http);
  line.serve(dispatch.desk);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  closers.push(async () => {
    await dispatch.close();
    line.close();
    http.close();
    await once(http, 'close');
  });
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const serverPort = address.port;
  const agent = async () => {
    const livekitPort = Number(new URL(livekit.url).port);
    const opened = await WaitingAgent.open({ serverPort, livekitPort, secret });
    closers.push(() => opened.close());
    return opened;
  };
  return { dispatch, store, agent };
}

/** A client that was answered by /connect, joins, and opens its microphone: LiveKit shows it to others then. */
async function client({ roomName, userIdentity }: { roomName: string; userIdentity: string }) {
  const token = await userToken(testKeys, {
    roomName,
    identity: userIdentity,
    connectionType: 'audio',
    agentName,
    maxHumans: 1,
  });
  const room = new Room();
  await room.connect(livekit.url, token, { autoSubscribe: false, dynacast: false });
  closers.push(() => room.disconnect());
  const track = LocalAudioTrack.createAudioTrack('microphone', new AudioSource(48_000, 1));
  const options = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
  await room.localParticipant?.publishTrack(track, options);
  return room;
}

const seesAgent = async (room: Room, roomName: string) =>
  await vi.waitFor(
    () => expect([...room.remoteParticipants.keys()]).toEqual([agentIdentity(roomName)]),
    soon,
  );

describe('dispatch with a real LiveKit', () => {
  it('has an agent wait in a room before anybody asks, and gives that room to a client', async () => {
    const { dispatch, agent, store } = await openServer();
    const waiting = await agent();
    await vi.waitFor(() => expect(dispatch.count().warm).toBe(1), soon);
    const placed = await dispatch.enter(placing);
    expect(waiting.rooms.has(placed.roomName)).toBe(true);
    const room = await client(placed);
    await seesAgent(room, placed.roomName);
    await vi.waitFor(() => expect(dispatch.count()).toMatchObject({ live: 1, warm: 1 }), soon);
    expect(store.sessions.get(placed.sessionId)?.joinedAt).not.toBeNull();
    expect(waiting.assigned.map(({ sessionId }) => sessionId)).toEqual([placed.sessionId]);
  });

  it('brings an agent into the room that a client makes with its token', async () => {
    const { dispatch, agent } = await openServer({ warmPerAgent: 0 });
    await agent();
    await vi.waitFor(() => expect(dispatch.count().accepting).toBe(1), soon);
    const placed = await dispatch.enter(placing);
    expect(await rooms.humansIn(placed.roomName)).toBeNull();
    const room = await client(placed);
    await seesAgent(room, placed.roomName);
    await vi.waitFor(() => expect(dispatch.count().live).toBe(1), soon);
  });

  it('has another agent take the room over when the first is cut off, and the client stays', async () => {
    const { dispatch, agent } = await openServer();
    const first = await agent();
    await vi.waitFor(() => expect(dispatch.count().warm).toBe(1), soon);
    const placed = await dispatch.enter(placing);
    const room = await client(placed);
    await vi.waitFor(() => expect(dispatch.count().live).toBe(1), soon);
    await seesAgent(room, placed.roomName);
    const second = await agent();
    await vi.waitFor(() => expect(dispatch.count().accepting).toBe(2), soon);
    const ghost = room.remoteParticipants.get(agentIdentity(placed.roomName))?.sid;
    first.cutOff();
    await vi.waitFor(() => expect(second.rooms.has(placed.roomName)).toBe(true), soon);
    await vi.waitFor(() => expect(second.assigned).toHaveLength(1), soon);
    expect(second.assigned[0]).toMatchObject({ sessionId: placed.sessionId, takenOver: true });
    await vi.waitFor(() => {
      const agents = [...room.remoteParticipants.values()];
      expect(agents.map(({ identity }) => identity)).toEqual([agentIdentity(placed.roomName)]);
      expect(agents[0]?.sid).not.toBe(ghost);
    }, soon);
    expect(room.isConnected).toBe(true);
    // LiveKit put the ghost out; the new agent must not be put out with it.
    await vi.waitFor(() => expect(first.rooms.has(placed.roomName)).toBe(false), soon);
    expect(second.rooms.has(placed.roomName)).toBe(true);
    expect(dispatch.count()).toMatchObject({ live: 1, orphaned: 0 });
  });

  it('keeps nothing of a client that never comes, and serves it when it comes late', async () => {
    const { dispatch, agent, store } = await openServer({ joinTimeoutMs: 300 });
    await agent();
    await vi.waitFor(() => expect(dispatch.count().warm).toBe(1), soon);
    const placed = await dispatch.enter(placing);
    await vi.waitFor(async () => expect(await rooms.humansIn(placed.roomName)).toBeNull(), soon);
    await vi.waitFor(
      () => expect(store.sessions.get(placed.sessionId)?.end).toBe('never_joined'),
      soon,
    );
    const room = await client(placed);
    await seesAgent(room, placed.roomName);
    await vi.waitFor(() => expect(store.sessions.get(placed.sessionId)?.end).toBeNull(), soon);
  });

  it('has an agent wait for the next client after LiveKit was killed', async () => {
    const { dispatch, agent } = await openServer();
    await agent();
    await vi.waitFor(() => expect(dispatch.count().ready).toBe(1), soon);
    const back = new Promise<void>((resolve) => (livekitIsBack = resolve));
    process.kill(livekit.pid, 'SIGKILL');
    await back;
    dispatch.livekitRestarted();
    expect(dispatch.count().warm).toBe(0);
    await vi.waitFor(() => expect(dispatch.count().ready).toBe(1), soon);
    const placed = await dispatch.enter(placing);
    await seesAgent(await client(placed), placed.roomName);
  });
});
