import type { AgentLine } from '../dispatch/agent-line.ts';
import { Dispatch } from '../dispatch/dispatch.ts';
import { defaultPoolRules } from '../dispatch/pool.ts';
import type { WhyFull } from '../dispatch/why-full.ts';
import type { KeyUsage } from '../keys/usage.ts';
import type { SessionStore } from '../minds/session-store.ts';
import type { ProviderSettings } from '../protocol/provider-settings.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import { livekitRooms, type LivekitDoor } from '../room/rooms.ts';
import type { Ground } from './ground.ts';
import { tokenLifeMs } from './mind.ts';

/** The name under which agent processes take jobs from LiveKit. */
export const agentName = 'parley';

type DispatchParts = {
  livekit: LivekitDoor;
  providers: ProviderSettings;
  store: SessionStore;
  usage: KeyUsage;
  line: AgentLine;
  /** Told each turn that has ended and is stored. */
  onStored: (turn: TurnRecord) => void;
  /** Told of everybody who was not let in. */
  onRefused: (why: WhyFull) => void;
};

/** Who serves which session: rooms of LiveKit, agent processes, and what is stored of them. */
export function openDispatch(
  { config, clock, log }: Ground,
  { livekit, providers, store, usage, line, onStored, onRefused }: DispatchParts,
): Dispatch {
  const { givenSessions, warmRoomsPerProcess, joinTimeoutMs, idle } = config.agents;
  const maxSessions = givenSessions ?? null;
  return new Dispatch({
    rooms: livekitRooms(livekit, agentName),
    store: {
      open: ({ keyId, ...session }) => usage.opening(keyId, session.id, () => store.open(session)),
      locate: (workspaceId, locator) => store.locate(workspaceId, locator),
      admit: (place) => store.admit(place),
      attend: (sessionId, here) => store.attend(sessionId, here),
      commandRoster: (sessionId, command, spare) => store.commandRoster(sessionId, command, spare),
      loadAssignment: (roomName) => store.loadAssignment(roomName),
      markJoined: (sessionId) => store.markJoined(sessionId),
      keepContext: (sessionId, context) => store.keepContext(sessionId, context),
      recall: (sessionId, query, membershipId) => store.recall(sessionId, query, membershipId),
      end: (sessionId, reason) => store.end(sessionId, reason),
      listOpen: () => store.listOpen(),
      appendTurn: async (sessionId, turn, membershipId) => {
        const { isFinishedBy } = await store.appendTurn(sessionId, turn, membershipId);
        if (isFinishedBy) onStored(turn);
      },
    },
    welcome: () => ({ livekit, agentName, providers, maxSessions, idle }),
    push: (agentId, push) => line.push(agentId, push),
    rules: { ...defaultPoolRules, warmPerAgent: warmRoomsPerProcess, joinTimeoutMs },
    tokenLifeMs,
    onRefused,
    clock,
    log,
  });
}
