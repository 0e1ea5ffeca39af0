import * as z from 'zod';

/*
 * The body of `POST /connect`.
 * Source: Convai docs, live-apis-beta/connect-api.md. Unknown fields are ignored, as there.
 */
const limits = { shortText: 256, text: 20_000, listItems: 500, metadataBytes: 16_384 } as const;
const shortText = z.string().trim().min(1).max(limits.shortText);

/** Free JSON that is stored and echoed, never interpreted; bounded because it travels with every session. */
const metadata = z
  .record(z.string(), z.json())
  .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= limits.metadataBytes, {
    error: `must be at most ${limits.metadataBytes} bytes of JSON`,
  });

export const AudioOutput = z.object({
  audio_routing: z.enum(['audio_only', 'data_only', 'both']).default('audio_only'),
  /** Rounded up to the next 10 ms; outside 10 to 1000 it is refused. */
  max_chunk_duration_ms: z
    .int()
    .min(10)
    .max(1000)
    .default(100)
    .transform((ms) => Math.ceil(ms / 10) * 10),
  add_wav_header: z.boolean().default(false),
});
export type AudioOutput = z.infer<typeof AudioOutput>;

const SceneItem = z.object({
  name: z.string().max(limits.shortText),
  description: z.string().max(limits.text),
});

/** The part of the request that shapes the voice session; stored with it and handed to the agent process. */
export const SessionSettings = z.object({
  connection_type: z.enum(['audio', 'video']).default('audio'),
  end_user_id: shortText.nullish().transform((id) => id ?? null),
  speaker_id: shortText.nullish().transform((id) => id ?? null),
  audio_config: z.object({ output: AudioOutput.prefault({}) }).prefault({}),
  dynamic_info: z
    .object({ text: z.string().max(limits.text) })
    .nullish()
    .transform((v) => v ?? null),
  scene_description: z
    .array(SceneItem)
    .max(limits.listItems)
    .nullish()
    .transform((v) => v ?? []),
  narrative_template_keys: z
    .record(z.string().max(limits.shortText), z.string().max(limits.text))
    .nullish()
    .transform((v) => v ?? {}),
  default_tts_enabled: z.boolean().default(true),
  default_stt_enabled: z.boolean().default(true),
  debug: z.boolean().default(false),
});
export type SessionSettings = z.infer<typeof SessionSettings>;

export const ConnectRequest = SessionSettings.extend({
  character_id: shortText,
  character_session_id: shortText.nullish().transform((id) => (id === '-1' ? null : (id ?? null))),
  end_user_metadata: metadata.nullish().transform((v) => v ?? null),
});
export type ConnectRequest = z.infer<typeof ConnectRequest>;

export const ConnectResponse = z.object({
  session_id: z.string(),
  request_trace_id: z.string(),
  character_session_id: z.string(),
  room_url: z.string(),
  room_name: z.string(),
  token: z.string(),
  end_user_id: z.string().nullable(),
  end_user_metadata: z.record(z.string(), z.json()).nullable(),
});
export type ConnectResponse = z.infer<typeof ConnectResponse>;
