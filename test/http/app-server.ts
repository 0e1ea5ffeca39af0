import path from 'node:path';
import { createApp, type AppDeps } from '../../src/http/app.ts';
import { openHttpServer, type ServerTimeouts } from '../../src/http/server.ts';
import { NotFound } from '../../src/http/refusals.ts';
import {
  RoomNotFound,
  type Entered,
  type Entrance,
  type Guest,
} from '../../src/dispatch/entering.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import type { Character } from '../../src/protocol/character.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { openMetrics } from '../../src/telemetry/metrics.ts';
import { aiChatDeps } from './ai-chat/deps.ts';
import { xingchenDeps } from './xingchen/deps.ts';
import { Memories } from '../../src/memory/memories.ts';
import { EndUsers } from '../../src/speakers/end-users.ts';
import { craftingDeps, nowhere } from './crafting-deps.ts';
import { aCharacter } from '../fakes/a-character.ts';
import { FakeSpeakers } from '../fakes/fake-speakers.ts';

export const livekit = {
  apiKey: 'devkey',
  apiSecret: 'a secret of at least thirty-two letters',
  agentName: 'parley',
};
export const ada = { key: 'key-of-ada', workspaceId: 'workspace-ada', keyId: 'key-1' };
export const bob = { key: 'key-of-bob', workspaceId: 'workspace-bob', keyId: 'key-2' };

const character = (id: string, name: string): Character =>
  aCharacter({
    id,
    name,
    backstory: `${name} keeps the lighthouse. She has done so for forty years.`,
    greeting: 'Good evening.',
  });
export const mira = character('11111111-1111-4111-8111-111111111111', 'Mira');
export const otto = character('22222222-2222-4222-8222-222222222222', 'Otto');
const webDir = path.join(import.meta.dirname, 'page');

/** Everything behind the HTTP side, in memory: two workspaces with a character each. */
export function fakeDeps() {
  const owners = new Map([
    [ada.workspaceId, mira],
    [bob.workspaceId, otto],
  ]);
  const conversations = new Map<string, { workspaceId: string; characterId: string }>();
  const placed: Placed[] = [];
  const rooms = new Map<string, Entered>();
  const speakers = new FakeSpeakers();
  const deps: AppDeps = {
    log: silentLog,
    clock: systemClock,
    metrics: openMetrics(),
    keys: {
      verify: (key) =>
        Promise.resolve(
          [ada, bob].map(({ key: k, ...caller }) => (k === key ? caller : undefined)).find(Boolean),
        ),
    },
    characters: {
      get: (workspaceId, id) => {
        const own = owners.get(workspaceId);
        return Promise.resolve(own?.id === id ? own : undefined);
      },
      list: (workspaceId) => Promise.resolve([owners.get(workspaceId) ?? mira]),
    },
    conversations: {
      open: ({ workspaceId, characterId, characterSessionId }) => {
        const id = characterSessionId ?? `conversation-${conversations.size + 1}`;
        const known = conversations.get(id) ?? { workspaceId, characterId };
        conversations.set(id, known);
        return known.workspaceId === workspaceId && known.characterId === characterId
          ? Promise.resolve({ id })
          : Promise.reject(new NotFound('Character session not found'));
      },
    },
    dispatch: {
      enter: async (entrance) => {
        const { locator, settings, workspaceId } = entrance;
        const key = JSON.stringify([workspaceId, locator]);
        const known = locator && rooms.get(key);
        const guest = await entrance.introduce();
        if (!known && !guest.make) throw new RoomNotFound();
        const { conversationId, members } = (await guest.make?.()) ?? {
          conversationId: known?.conversationId ?? '',
          members: null,
        };
        placed.push({ ...entrance, ...guest, conversationId });
        const n = placed.length;
        const roster = members && {
          ...{ members, routeEpoch: 0, rosterEpoch: 0 },
          activeMembershipId: members[0]?.membershipId ?? null,
        };
        const entered: Entered = {
          ...{ sessionId: `session-${n}`, roomName: `room-${n}`, roomSessionId: `session-${n}` },
          ...{ conversationId, settings, roster },
          ...known,
          speaker: guest.speaker,
          userIdentity: `user:${n}`,
        };
        rooms.set(key, entered);
        return entered;
      },
    },
    turns: { page: () => Promise.resolve(undefined) },
    speakers,
    memories: new Memories({ db: nowhere(), clock: systemClock }),
    endUsers: new EndUsers({ db: nowhere(), speakers: { find: () => Promise.resolve(undefined) } }),
    mostCharacters: 3,
    crafting: craftingDeps(),
    aiChat: aiChatDeps(),
    xingchen: xingchenDeps(),
    health: {
      database: () => Promise.resolve(),
      livekit: () => Promise.resolve(),
      agents: () => Promise.resolve(),
    },
    livekit,
    roomUrl: { kind: 'followHost', port: 7880 },
    playground: { webDir, version: '1.2.3', offline: true },
    localCaller: { workspaceId: ada.workspaceId, keyId: 'playground' },
    trustProxy: false,
  };
  return { deps, placed };
}

type Placed = Entrance & Guest & { conversationId: string };

export type AppServer = {
  url: string;
  port: number;
  placed: Placed[];
  close(): Promise<void>;
  connect(body: unknown, headers?: Record<string, string>): Promise<Response>;
};

/** A real HTTP server with the real app on a free port of loopback. */
export async function startApp(
  change: (deps: AppDeps) => Partial<AppDeps> = () => ({}),
  timeouts: Partial<ServerTimeouts> = {},
): Promise<AppServer> {
  const { deps, placed } = fakeDeps();
  const server = openHttpServer(createApp({ ...deps, ...change(deps) }), timeouts);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  const { port } = address;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    placed,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    connect: (body, headers = { 'X-API-Key': ada.key }) =>
      fetch(`${url}/connect`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}
