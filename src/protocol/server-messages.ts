import * as z from 'zod';
import { TurnStages, type TurnRecord } from './turn-record.ts';

/*
 * What the server tells a client on the data channel.
 * Source: Convai docs, live-apis-beta/server-to-client-messages.md and turn-lifecycle-and-message-ordering.md; where
 * shipped clients need another form, both are sent (docs/protocol.md).
 */

const label = 'rtvi-ai';

/** The event type is at the top level: the bot output stream, and what clients read only there. */
const topLevel = <T extends string, D extends z.ZodType>(type: T, data: D) =>
  z.object({ label: z.literal(label), type: z.literal(type), data });
/** The event type is inside `data`: everything else. */
const wrapped = <D extends z.ZodType>(data: D) =>
  z.object({ label: z.literal(label), type: z.literal('server-message'), data });

const empty = z.object({});
const text = z.object({ text: z.string() });
const speakingMark = (type: 'bot-started-speaking' | 'bot-stopped-speaking') =>
  z.object({
    label: z.literal(label),
    type: z.literal(type),
    response_id: z.string(),
    sequence: z.int(),
  });

/** Acknowledges one client message. Flat; `message` and `extras` are left out when empty. */
export const ServerResponse = z.object({
  type: z.literal('server-response'),
  event_type: z.string(),
  status: z.enum(['success', 'error', 'processing', 'pending']),
  message: z.string().optional(),
  extras: z.record(z.string(), z.json()).optional(),
});
export type ServerResponse = z.infer<typeof ServerResponse>;

export const ClientBoundMessage = z.union([
  ServerResponse,
  topLevel('bot-ready', z.object({ version: z.string() })),
  topLevel('user-started-speaking', empty),
  topLevel('user-stopped-speaking', empty),
  topLevel(
    'user-transcription',
    z.object({ text: z.string(), final: z.boolean(), timestamp: z.string(), user_id: z.string() }),
  ),
  topLevel('bot-llm-started', empty),
  topLevel('bot-llm-text', text),
  topLevel('bot-llm-stopped', empty),
  topLevel('bot-tts-started', empty),
  topLevel('bot-transcription', text),
  topLevel('bot-started-speaking', empty),
  topLevel('bot-stopped-speaking', empty),
  topLevel('error', z.object({ error: z.string(), fatal: z.boolean() })),
  wrapped(
    z.object({
      type: z.literal('interaction-created'),
      interaction_id: z.string(),
      character_session_id: z.string(),
    }),
  ),
  wrapped(speakingMark('bot-started-speaking')),
  wrapped(speakingMark('bot-stopped-speaking')),
  wrapped(
    z.object({
      type: z.literal('final-user-transcription'),
      text: z.string(),
      participant_id: z.string().optional(),
    }),
  ),
  wrapped(
    z.object({
      type: z.literal('bot-turn-completed'),
      was_interrupted: z.boolean(),
      was_aborted: z.literal(true).optional(),
      error_reason: z.literal('audio_delivery_failed').optional(),
    }),
  ),
  wrapped(
    z.object({
      type: z.literal('audio-data'),
      sample_rate: z.int(),
      channels: z.literal(1),
      /** 16-bit little-endian PCM in base64, after a 44-byte WAV header where one was asked for. */
      audio: z.base64(),
      includes_wav_header: z.boolean(),
    }),
  ),
  wrapped(
    z.object({
      type: z.literal('turn-trace'),
      turn_id: z.string(),
      origin: z.string(),
      status: z.string(),
      stages: TurnStages,
    }),
  ),
]);
export type ClientBoundMessage = z.infer<typeof ClientBoundMessage>;

const top = <const T extends string, const D>(type: T, data: D) => ({ label, type, data }) as const;
const wrap = <const D>(data: D) => ({ label, type: 'server-message', data }) as const;

/** Makes each message in each form that some client needs, in the order in which they must arrive. */
export const tell = {
  interactionCreated: (interactionId: string, characterSessionId: string): ClientBoundMessage[] => [
    wrap({
      type: 'interaction-created',
      interaction_id: interactionId,
      character_session_id: characterSessionId,
    }),
  ],
  botReady: (): ClientBoundMessage[] => [top('bot-ready', { version: '1.0.0' })],
  userStartedSpeaking: (): ClientBoundMessage[] => [top('user-started-speaking', {})],
  userStoppedSpeaking: (): ClientBoundMessage[] => [top('user-stopped-speaking', {})],
  userTranscript: (
    said: { text: string; final: boolean },
    participantId: string,
    at: Date,
  ): ClientBoundMessage[] => {
    const live = top('user-transcription', {
      ...said,
      timestamp: at.toISOString(),
      user_id: participantId,
    });
    const final = {
      type: 'final-user-transcription',
      text: said.text,
      participant_id: participantId,
    } as const;
    return said.final ? [live, wrap(final)] : [live];
  },
  replyTextBegan: (): ClientBoundMessage[] => [top('bot-llm-started', {})],
  replyText: (piece: string): ClientBoundMessage[] => [top('bot-llm-text', { text: piece })],
  /** The whole text once more, for clients (Unreal) that read nothing else. */
  replyTextEnded: (whole: string): ClientBoundMessage[] => [
    top('bot-llm-stopped', {}),
    ...(whole === '' ? [] : [top('bot-transcription', { text: whole })]),
  ],
  synthesisBegan: (): ClientBoundMessage[] => [top('bot-tts-started', {})],
  botStartedSpeaking: (responseId: string, sequence: number): ClientBoundMessage[] => [
    top('bot-started-speaking', {}),
    wrap({ label, type: 'bot-started-speaking', response_id: responseId, sequence }),
  ],
  botStoppedSpeaking: (responseId: string, sequence: number): ClientBoundMessage[] => [
    top('bot-stopped-speaking', {}),
    wrap({ label, type: 'bot-stopped-speaking', response_id: responseId, sequence }),
  ],
  turnCompleted: (
    status: TurnRecord['status'],
    abortReason: 'audio_delivery_failed' | undefined,
  ): ClientBoundMessage[] => [
    wrap({
      type: 'bot-turn-completed',
      was_interrupted: status === 'interrupted',
      ...(abortReason && { was_aborted: true as const, error_reason: abortReason }),
    }),
  ],
  turnTrace: ({ id, origin, status, stages }: TurnRecord): ClientBoundMessage[] => [
    wrap({ type: 'turn-trace', turn_id: id, origin, status, stages }),
  ],
  error: (message: string): ClientBoundMessage[] => [
    top('error', { error: message, fatal: false }),
  ],
  audioData: (
    audio: string,
    sampleRateHz: number,
    includesWavHeader: boolean,
  ): ClientBoundMessage =>
    wrap({
      type: 'audio-data',
      sample_rate: sampleRateHz,
      channels: 1,
      audio,
      includes_wav_header: includesWavHeader,
    }),
};

/** A `server-response`. @param given left out of the message where empty */
export function respond(
  eventType: string,
  status: ServerResponse['status'],
  given: { message?: string; extras?: Record<string, z.core.util.JSONType> } = {},
): ServerResponse {
  return { type: 'server-response', event_type: eventType, status, ...given };
}
