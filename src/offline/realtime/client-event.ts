import * as z from 'zod';
import { realtimeRateHz } from './wire.ts';

const EventId = { event_id: z.string().max(200).optional() };
const Transcription = z.object({
  model: z.string().max(200).optional(),
  language: z.string().max(100).optional(),
  languages: z.array(z.string().max(100)).max(20).optional(),
});
const noTurnDetection = z.null({ error: 'this server ends no turns: it must be null' }).optional();

const Nested = z.object({
  audio: z
    .object({
      input: z
        .object({
          format: z
            .object({ type: z.literal('audio/pcm'), rate: z.literal(realtimeRateHz).optional() })
            .optional(),
          transcription: Transcription.nullish(),
          turn_detection: noTurnDetection,
        })
        .optional(),
    })
    .optional(),
});
const Flat = z.object({
  input_audio_format: z.literal('pcm16').optional(),
  input_audio_transcription: Transcription.nullish(),
  turn_detection: noTurnDetection,
});

/** What a client may say: the GA interface, and the beta's way to describe a session. */
export const ClientEvent = z.discriminatedUnion('type', [
  z.object({ ...EventId, type: z.literal('session.update'), session: Nested.and(Flat) }),
  z.object({ ...EventId, type: z.literal('transcription_session.update'), session: Flat }),
  z.object({ ...EventId, type: z.literal('input_audio_buffer.append'), audio: z.base64() }),
  z.object({ ...EventId, type: z.literal('input_audio_buffer.commit') }),
  z.object({ ...EventId, type: z.literal('input_audio_buffer.clear') }),
]);
export type ClientEvent = z.infer<typeof ClientEvent>;

/** The languages that a session asks for; none leaves it to the recogniser. */
export function languagesOf(
  event: Extract<ClientEvent, { type: 'session.update' | 'transcription_session.update' }>,
): string[] {
  const nested = 'audio' in event.session ? event.session.audio?.input?.transcription : undefined;
  const { language, languages = [] } = nested ?? event.session.input_audio_transcription ?? {};
  return language === undefined ? languages : [language, ...languages];
}
