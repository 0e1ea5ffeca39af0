import * as z from 'zod';
import { Character } from './character.ts';
import { SessionSettings } from './connect.ts';
import { ProviderSettings } from './provider-settings.ts';
import { TurnRecord } from './turn-record.ts';

/**
 * The line between an agent process and the server: one WebSocket, JSON texts. The agent asks (`op`, answered under
 * the same `id`), the server pushes (`push`). Asking twice is harmless, so the agent repeats what was not answered
 * after every reconnect.
 */
export const journalPath = '/agents/journal';

/** Everything an agent process needs to take up, or take over, one conversation. */
export const Assignment = z.object({
  sessionId: z.string(),
  roomName: z.string(),
  characterSessionId: z.string(),
  character: Character,
  settings: SessionSettings,
  /** The identity of the human's participant in the room. */
  userIdentity: z.string(),
  /** Oldest first; the last may be `open` when the process that held it died. */
  history: z.array(TurnRecord),
  /** True when another process held this session before: no greeting, and an `open` turn is answered. */
  takenOver: z.boolean(),
});
export type Assignment = z.infer<typeof Assignment>;

export const Welcome = z.object({
  livekit: z.object({ url: z.string(), apiKey: z.string(), apiSecret: z.string() }),
  /** The name under which agents register for dispatch. */
  agentName: z.string(),
  providers: ProviderSettings,
  /** How many rooms each agent process may hold, warm ones included. */
  maxSessions: z.int(),
});
export type Welcome = z.infer<typeof Welcome>;

/** What ended a voice session. */
export const SessionEnd = z.enum([
  'client_left',
  'never_joined',
  'room_closed',
  'idle',
  'killed',
  'shutdown',
  'failed',
]);
export type SessionEnd = z.infer<typeof SessionEnd>;

/** Asks of an agent, by `op`. */
export const AgentAsk = z.discriminatedUnion('op', [
  z.object({
    op: z.literal('hello'),
    agentId: z.string(),
    /** Rooms this process is in: after a broken line the server learns from it what still lives. */
    rooms: z.array(z.string()),
  }),
  /** In the room and ready for a session; answered with its `Assignment`, or null: wait for a push. */
  z.object({ op: z.literal('roomJoined'), roomName: z.string() }),
  z.object({ op: z.literal('roomLeft'), roomName: z.string() }),
  z.object({ op: z.literal('clientJoined'), sessionId: z.string() }),
  z.object({ op: z.literal('appendTurn'), sessionId: z.string(), turn: TurnRecord }),
  z.object({ op: z.literal('sessionEnded'), sessionId: z.string(), reason: SessionEnd }),
  z.object({ op: z.literal('status'), load: z.number(), sessions: z.int(), draining: z.boolean() }),
]);
export type AgentAsk = z.infer<typeof AgentAsk>;

export const AgentMessage = z.intersection(z.object({ id: z.int() }), AgentAsk);

/** What the server sends: an answer to an ask, or a push. */
export const ServerMessage = z.union([
  z.object({ id: z.int(), ok: z.literal(true), result: z.unknown() }),
  z.object({ id: z.int(), ok: z.literal(false), code: z.string(), retryable: z.boolean() }),
  z.object({ push: z.literal('assign'), assignment: Assignment }),
  z.object({ push: z.literal('endSession'), sessionId: z.string(), reason: SessionEnd }),
  z.object({ push: z.literal('leaveRoom'), roomName: z.string() }),
  z.object({ push: z.literal('drain') }),
]);
export type ServerMessage = z.infer<typeof ServerMessage>;
