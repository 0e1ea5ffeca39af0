import * as z from 'zod';
import { Character } from './character.ts';
import { ClientContext } from './client-context.ts';
import { SessionSettings } from './connect.ts';
import { RecallQuery } from './material.ts';
import { Narrative } from './narrative.ts';
import { Participant } from './participant.ts';
import { ProviderSettings, StageSettings } from './provider-settings.ts';
import { nothingRecollected, Recollection, Summary } from './recollection.ts';
import { Cast, Role, RosterCommand, RosterOutcome } from './roster.ts';
import { ToolSettings } from './tool-settings.ts';
import { TurnRecord } from './turn-record.ts';

/**
 * The line between an agent process and the server: one WebSocket, JSON texts. The agent asks (`op`, answered under
 * the same `id`), the server pushes (`push`). Asking twice is harmless, so the agent repeats what was not answered
 * after every reconnect.
 */
export const journalPath = '/agents/journal';

/** The longest message either side takes, in bytes: an assignment with its history is the largest. */
export const journalMessageBytes = 1_048_576;

/**
 * Both sides must hear from each other. The server pings; an agent that a network break made silent is given up after
 * `agentSilentMs`, so that its rooms are taken over within 3 s even when no TCP connection is reset.
 */
export const journalHeartbeat = {
  pingEveryMs: 500,
  agentSilentMs: 2_000,
  /** Longer: a server that is busy for a moment is no reason for every agent to reconnect. */
  serverSilentMs: 6_000,
} as const;

/** Everything an agent process needs to take up, or take over, one conversation. */
export const Assignment = z.object({
  sessionId: z.string(),
  roomName: z.string(),
  characterSessionId: z.string(),
  character: Character,
  /** The endpoint that the character's model is registered with; null means the configured one. Holds its key. */
  ownLlm: StageSettings.nullable(),
  /** The story that the character tells; null for none. */
  narrative: Narrative.nullable().default(null),
  /** What it may call, with their secrets; null for nothing. */
  tools: ToolSettings.nullable().default(null),
  settings: SessionSettings,
  /** The identity of the first human's participant in the room. */
  userIdentity: z.string(),
  /** Everyone who was let in and has not left for good; more may come. */
  participants: z.array(Participant),
  /** Of a room with several characters. `character`, `characterSessionId` and `history` are then of its first one. */
  cast: Cast.nullable(),
  /** Oldest first; the last may be `open` when the process that held it died. */
  history: z.array(TurnRecord),
  recollection: Recollection.default(nothingRecollected),
  /** What the client changed since `/connect`, when another process had the session; null when nothing. */
  context: ClientContext.nullable().default(null),
  /** Whether there is anything to recall in this conversation; absent: no, and nobody asks. */
  recalls: z.boolean().optional(),
  /** True when another process held this session before: no greeting, and an `open` turn is answered. */
  takenOver: z.boolean(),
});
export type Assignment = z.infer<typeof Assignment>;

export const Welcome = z.object({
  livekit: z.object({ url: z.string(), apiKey: z.string(), apiSecret: z.string() }),
  /** The name under which agents register for dispatch. */
  agentName: z.string(),
  providers: ProviderSettings,
  /** Places of each agent process, as the operator set them; null: it knows best what its machine can carry. */
  maxSessions: z.int().min(1).nullable(),
  /** When a session without a word ends, and how long before that its client is warned; null for never. */
  idle: z.object({ timeoutMs: z.number().positive(), warningMs: z.number().min(0) }).nullable(),
});
export type Welcome = z.infer<typeof Welcome>;

/** What ended a voice session. */
export const SessionEnd = z.enum([
  'client_left',
  'never_joined',
  'room_closed',
  'idle',
  'usage_limit',
  'killed',
  'shutdown',
  'failed',
]);
export type SessionEnd = z.infer<typeof SessionEnd>;

/** Why an agent process takes no new session although it has a place. */
export const FullBecause = z.enum([
  'draining',
  /** Not registered there. */
  'livekit_away',
  /** The machine's cores, or the container's quota, are all in use. */
  'cpu',
  /** Something waits for a CPU nearly all the time. */
  'cpu_waiting',
  /** The kernel lets the container stand still, since its quota is used up. */
  'cpu_quota',
  /** Its own timers are late. */
  'event_loop',
  /** It hears later than people speak. */
  'microphone_lag',
]);
export type FullBecause = z.infer<typeof FullBecause>;

export const AgentStatus = z.object({
  /** 0 idle, 1 full. */
  load: z.number().min(0).max(1),
  /** Rooms it is in or was just given, warm ones included. */
  sessions: z.int().min(0),
  /** Its places: one for each character that it can let speak. */
  maxSessions: z.int().min(1),
  /** Null: it takes new sessions as long as there is a place. */
  full: FullBecause.nullable(),
});
export type AgentStatus = z.infer<typeof AgentStatus>;

const id = z.string().min(1).max(256);

/** Asks of an agent, by `op`. */
export const AgentAsk = z.discriminatedUnion('op', [
  z.object({
    op: z.literal('hello'),
    agentId: id,
    /** Rooms this process is in: after a broken line the server learns from it what still lives. */
    rooms: z.array(id).max(10_000),
  }),
  /** It has the room's job, and is in the room or will be at a word; answered with its `Assignment`, or null: an `assign` comes, or came already. */
  z.object({ op: z.literal('roomJoined'), roomName: id }),
  z.object({ op: z.literal('roomLeft'), roomName: id }),
  z.object({ op: z.literal('clientJoined'), sessionId: id }),
  /** The newest counts. */
  z.object({ op: z.literal('keepContext'), sessionId: id, context: ClientContext }),
  /** Who is in the room now, by identity; all of them each time, so that the last word is the truth. */
  z.object({
    op: z.literal('attendance'),
    sessionId: id,
    here: z.array(z.string().max(300)).max(200),
  }),
  z.object({
    op: z.literal('appendTurn'),
    sessionId: id,
    turn: TurnRecord,
    /** Whose conversation it belongs to, in a room with several characters. */
    membershipId: id.optional(),
  }),
  /** Answered with a `RosterAnswer`. */
  z.object({ op: z.literal('rosterCommand'), sessionId: id, command: RosterCommand }),
  /** Answered with `Materials`. Of use for a moment only: never repeated. */
  z.object({
    op: z.literal('recall'),
    sessionId: id,
    /** Who is to answer, in a room with several characters. */
    membershipId: id.optional(),
    query: RecallQuery,
  }),
  z.object({ op: z.literal('sessionEnded'), sessionId: id, reason: SessionEnd }),
  AgentStatus.extend({ op: z.literal('status') }),
]);
export type AgentAsk = z.infer<typeof AgentAsk>;

export const AgentMessage = z.intersection(z.object({ id: z.int() }), AgentAsk);

/** What the server answers under the ask's id. What was not retryable will not succeed by asking again. */
export const ServerAnswer = z.discriminatedUnion('ok', [
  z.object({ id: z.int(), ok: z.literal(true), result: z.unknown() }),
  z.object({ id: z.int(), ok: z.literal(false), code: z.string(), retryable: z.boolean() }),
]);
export type ServerAnswer = z.infer<typeof ServerAnswer>;

/** What the server says unasked. An `assign` may be repeated. */
export const ServerPush = z.discriminatedUnion('push', [
  z.object({ push: z.literal('assign'), assignment: Assignment }),
  z.object({ push: z.literal('endSession'), sessionId: id, reason: SessionEnd }),
  z.object({ push: z.literal('leaveRoom'), roomName: id }),
  /** Somebody more may come. */
  z.object({ push: z.literal('expect'), sessionId: id, participant: Participant }),
  /** A newer summary of what a character of the session has behind it. */
  z.object({
    push: z.literal('summary'),
    sessionId: id,
    /** Whose conversation it is of. */
    characterSessionId: id,
    summary: Summary,
  }),
  /** What a character of the session remembers of somebody in it has changed. */
  z.object({
    push: z.literal('facts'),
    sessionId: id,
    characterSessionId: id,
    speakerId: z.string().max(300),
    facts: z.array(z.string()),
  }),
  /** From now on there is something to recall for this character, in whatever session it is. */
  z.object({ push: z.literal('recalls'), characterId: id }),
  z.object({ push: z.literal('drain') }),
  /** Rooms with people in them need an agent: for a moment it takes them even if it is strained. */
  z.object({ push: z.literal('openUp') }),
]);
export type ServerPush = z.infer<typeof ServerPush>;

/** What became of a roster command, and what is needed to let the added characters speak. */
export const RosterAnswer = z.object({ outcome: RosterOutcome, added: z.array(Role) });
export type RosterAnswer = z.infer<typeof RosterAnswer>;

export const ServerMessage = z.union([ServerAnswer, ServerPush]);
export type ServerMessage = z.infer<typeof ServerMessage>;
