import * as z from 'zod';
import {
  BlendshapeChunkEvent,
  BlendshapesCancelEvent,
  BlendshapesEvent,
  BlendshapeStatsEvent,
  VisemesEvent,
} from './face-events.ts';
import { TurnStages, TurnUsage } from './turn-record.ts';

/*
 * What the server tells a client on the data channel, strictly: a field that is not listed here is a mistake of ours.
 * Source: Convai docs, live-apis-beta/server-to-client-messages.md and turn-lifecycle-and-message-ordering.md ("Field
 * presence rules"): `.nullable()` is always there, `.optional()` is left out rather than null. Where shipped clients
 * need another form both are sent (docs/protocol.md). `tell.ts` makes the messages.
 */

export const label = 'rtvi-ai';
/** Of the messages, as `bot-ready` tells it. */
export const readyVersion = '1.0.0';

/** The event type is at the top level: the bot output stream, and what clients read only there. */
const top = <T extends string, D extends z.ZodType>(type: T, data: D) =>
  z.strictObject({ label: z.literal(label), type: z.literal(type), data });
/** The event type is inside `data`: everything else. */
const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), ...shape });

const empty = z.strictObject({});
const text = z.strictObject({ text: z.string() });

/** Which answer a message belongs to. */
const lifecycle = {
  response_id: z.string(),
  /** Counts the lifecycle messages of one answer from 1. */
  sequence: z.int().min(1),
  /** As the messages about the face of this answer have them; absent where it has no frames. */
  neurosync_turn_id: z.int().optional(),
  epoch: z.int().optional(),
};

const behaviorTree = {
  bt_code: z.string(),
  bt_constants: z.string(),
  narrative_section_id: z.string(),
};

/** One measurement; seconds. */
const measured = z.strictObject({
  processor: z.string(),
  model: z.string().optional(),
  value: z.number(),
});
const customMetric = z.strictObject({
  processor: z.string(),
  model: z.string().optional(),
  metric: z.string(),
  value: z.number(),
  type: z.literal('NeuroSyncMetricsData'),
});

/** Acknowledges one client message. Flat; `message` and `extras` are left out when empty. */
export const ServerResponse = z.strictObject({
  type: z.literal('server-response'),
  event_type: z.string(),
  status: z.enum(['success', 'error', 'processing', 'pending']),
  message: z.string().min(1).optional(),
  extras: z.record(z.string(), z.json()).optional(),
});
export type ServerResponse = z.infer<typeof ServerResponse>;

/** An action the character performs. Without a target the key is absent. */
export const PerformedAction = z.strictObject({
  name: z.string(),
  target: z.string().optional(),
});
export type PerformedAction = z.infer<typeof PerformedAction>;

/** What a `server-message` carries in its `data`. */
export const WrappedEvent = z.discriminatedUnion('type', [
  event('interaction-created', { interaction_id: z.string(), character_session_id: z.string() }),
  event('vad-stt-started', { timestamp: z.iso.datetime(), pre_roll_ms: z.int() }),
  event('vad-stt-stopped', {
    timestamp: z.iso.datetime(),
    reason: z.string(),
    audio_duration_ms: z.int().nullable(),
  }),
  event('final-user-transcription', {
    text: z.string(),
    speaker_id: z.string().optional(),
    speaker_name: z.string().optional(),
    participant_id: z.string(),
  }),
  event('bot-started-speaking', { label: z.literal(label), ...lifecycle }),
  event('bot-stopped-speaking', { label: z.literal(label), ...lifecycle }),
  event('bot-turn-completed', {
    was_interrupted: z.boolean(),
    was_aborted: z.literal(true).optional(),
    error_reason: z.literal('audio_delivery_failed').optional(),
    ...lifecycle,
  }),
  event('llm-no-response', { reason: z.string().optional() }),
  event('moderation-response', {
    /** True: it passed. */
    result: z.boolean(),
    user_input: z.string(),
    reason: z.string().nullable(),
  }),
  event('behavior-tree-response', behaviorTree),
  event('action-response', { actions: z.array(PerformedAction) }),
  event('bot-emotion', { emotion: z.string(), scale: z.int().min(1).max(3) }),
  VisemesEvent,
  BlendshapesEvent,
  BlendshapeChunkEvent,
  BlendshapesCancelEvent,
  BlendshapeStatsEvent,
  event('user-idle-warning', { remaining_seconds: z.int(), message: z.string().optional() }),
  event('usage-limit-reached', { quota_type: z.string(), message: z.string() }),
  event('audio-data', {
    sample_rate: z.int(),
    channels: z.literal(1),
    /** 16-bit little-endian PCM in base64, after a 44-byte WAV header where one was asked for. */
    audio: z.base64(),
    includes_wav_header: z.boolean(),
  }),
  event('turn-trace', {
    turn_id: z.string(),
    origin: z.string(),
    status: z.string(),
    stages: TurnStages,
  }),
  event('server-log', {
    timestamp: z.iso.datetime(),
    level: z.enum(['info', 'warn', 'error']),
    message: z.string(),
    turn_id: z.string().optional(),
    stage: z.string().optional(),
  }),
  event('usage-update', {
    turn_id: z.string(),
    /** Of this turn. */
    usage: TurnUsage,
    /** Of this session so far. */
    session: TurnUsage,
  }),
]);
export type WrappedEvent = z.infer<typeof WrappedEvent>;

export const ClientBoundMessage = z.discriminatedUnion('type', [
  ServerResponse,
  top('bot-ready', z.strictObject({ version: z.string() })),
  top('user-started-speaking', empty),
  top('user-stopped-speaking', empty),
  top(
    'user-transcription',
    z.strictObject({
      text: z.string(),
      final: z.boolean(),
      timestamp: z.iso.datetime(),
      user_id: z.string(),
    }),
  ),
  top('bot-llm-started', empty),
  top('bot-llm-text', text),
  top('bot-llm-stopped', empty),
  top('bot-tts-started', empty),
  top('bot-transcription', text),
  top('bot-started-speaking', empty),
  top('bot-stopped-speaking', empty),
  top('action-response', z.strictObject({ actions: z.array(z.string()) })),
  top('behavior-tree-response', z.strictObject(behaviorTree)),
  top('error', z.strictObject({ error: z.string(), fatal: z.boolean() })),
  top(
    'metrics',
    z.union([
      z.strictObject({ ttfb: z.array(measured).min(1) }),
      z.strictObject({ processing: z.array(measured).min(1) }),
      z.strictObject({ custom: z.array(customMetric).min(1) }),
    ]),
  ),
  top('server-message', WrappedEvent),
]);
export type ClientBoundMessage = z.infer<typeof ClientBoundMessage>;

/** A `server-response`. @param given left out of the message where empty */
export function respond(
  eventType: string,
  status: ServerResponse['status'],
  given: { message?: string; extras?: Record<string, z.core.util.JSONType> } = {},
): ServerResponse {
  return { type: 'server-response', event_type: eventType, status, ...given };
}
