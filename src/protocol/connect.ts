import * as z from 'zod';
import { ActionConfig } from './action-config.ts';
import { budgetExceeded } from './context-budget.ts';
import {
  freeJson,
  laxBoolean,
  laxInt,
  laxNumber,
  laxText,
  orDefault,
  orNull,
  textOrNull,
} from './lax.ts';
import { CastEntry } from './cast-entry.ts';
import { mostCharacters } from './roster.ts';
import { RespondModes, VisionInputConfig } from './vision-config.ts';

/*
 * The body of `POST /connect`. Unknown fields are ignored; null is the same as absent.
 * Source: Convai docs, live-apis-beta/connect-api.md and multi-character-sessions.md. Fields that no page describes
 * (`transport`, `speaker_id`, the inside of `emotion_config` and `blendshape_config`) are as shipped clients send them.
 */
const limits = {
  shortText: 256,
  text: 20_000,
  listItems: 500,
  templateKeys: 200,
  jsonBytes: 16_384,
} as const;
const shortText = z.string().trim().min(1).max(limits.shortText);
const optionalText = textOrNull(limits.shortText);
const optionalJson = orNull(freeJson(limits.jsonBytes));

export const AudioOutput = z.object({
  audio_routing: orDefault(z.enum(['audio_only', 'data_only', 'both']), 'audio_only'),
  /** Rounded up to the next 10 ms; outside 10 to 1000 it is refused. */
  max_chunk_duration_ms: orDefault(laxInt(10, 1000), 100).transform(
    (ms) => Math.ceil(ms / 10) * 10,
  ),
  /** A 44-byte WAV header before the samples of each data message. */
  add_wav_header: orDefault(laxBoolean, false),
});
export type AudioOutput = z.infer<typeof AudioOutput>;

const AudioConfig = z.object({ output: orDefault(AudioOutput, AudioOutput.parse({})) });

const SceneItem = z.object({
  name: z.string().max(limits.shortText),
  description: orDefault(z.string().max(limits.text), ''),
});

const DynamicInfo = z.object({
  text: z.string().superRefine((text, context) => {
    const message = budgetExceeded(text, '');
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  }),
});

/** Absent means that the character shows no emotions. The defaults are what `@convai/web-sdk` sends. */
export const EmotionConfig = z.object({
  provider: orDefault(shortText, 'llm'),
  min_word_threshold: orDefault(laxInt(0, 1_000), 3),
  low_intensity_threshold: orDefault(laxNumber(0, 1), 0.33),
  high_intensity_threshold: orDefault(laxNumber(0, 1), 0.66),
});
export type EmotionConfig = z.infer<typeof EmotionConfig>;

/** The documented defaults; `vad_params` itself absent leaves turn-taking to the server's own tuning. */
const VadParams = z.object({
  confidence: orDefault(laxNumber(0, 1), 0.7),
  /** Seconds of speech before it counts as begun. */
  start_secs: orDefault(laxNumber(0, 60), 0.2),
  /** Seconds of silence before it counts as ended. */
  stop_secs: orDefault(laxNumber(0, 60), 0.2),
  min_volume: orDefault(laxNumber(0, 1), 0.6),
});

/** `none` is what `@convai/web-sdk` sends for the documented `not_provided`. */
const BlendshapeProvider = z
  .enum(['not_provided', 'none', 'ovr', 'neurosync'])
  .transform((provider) => (provider === 'none' ? 'not_provided' : provider));

/**
 * What `@convai/web-sdk` 1.2.0 sends of these on every connect, whatever its user wants. Its queue plays at 60 frames a
 * second all the same (`TARGET_FPS`), so that at 90 the mouth would fall behind the voice by half its length.
 */
const sentUnasked = { enable_chunking: true, chunk_size: 10, output_fps: 90 };
const playedFps = 60;

/** The defaults are those of the web SDK. */
const BlendshapeConfig = z
  .object({
    enable_chunking: orDefault(laxBoolean, true),
    /** Frames in a message. */
    chunk_size: orDefault(laxInt(1, 600), 10),
    /** 61 values a frame for `arkit`, 251 for `mha`, the 15 of `ovr` for `visemes`. */
    format: orDefault(z.enum(['arkit', 'mha', 'visemes']), 'mha'),
    /** Seconds that frames come before their sound. */
    frames_buffer_duration: orDefault(laxNumber(0, 60), 0),
    output_fps: orDefault(laxInt(1, 240), playedFps),
    /** Frames come as long before their sound as they can. */
    deliver_chunks_ahead: orDefault(laxBoolean, false),
  })
  .transform((config) => {
    const { enable_chunking, chunk_size, output_fps } = sentUnasked;
    const isSdk =
      config.enable_chunking === enable_chunking &&
      config.chunk_size === chunk_size &&
      config.output_fps === output_fps;
    return isSdk ? { ...config, output_fps: playedFps } : config;
  });
type BlendshapeConfig = z.infer<typeof BlendshapeConfig>;

/** The part of the request that shapes the voice session; stored with it and handed to the agent process. */
export const SessionSettings = z.object({
  connection_type: orDefault(z.enum(['audio', 'video']), 'audio'),
  end_user_id: optionalText,
  speaker_id: optionalText,
  /** Ours: false, and the character neither recalls anything of this user nor keeps anything of this session. */
  memory_enabled: orDefault(laxBoolean, true),
  action_config: orNull(ActionConfig),
  dynamic_info: orNull(DynamicInfo),
  scene_description: orDefault(z.array(SceneItem).max(limits.listItems), []),
  narrative_template_keys: orDefault(
    z
      .record(z.string().max(limits.shortText), laxText(limits.text))
      .refine((keys) => Object.keys(keys).length <= limits.templateKeys, {
        error: `must have at most ${limits.templateKeys} keys`,
      }),
    {},
  ),
  emotion_config: orNull(EmotionConfig),
  thinking_mode: orDefault(laxBoolean, false),
  respond_modes: orDefault(RespondModes, RespondModes.parse({})),
  llm_provider: orDefault(
    z.enum(['dynamic', 'gemini-live', 'gemini-live-beta', 'gemini-baml']),
    'dynamic',
  ),
  stt_provider: optionalText,
  disable_live_fallback: orDefault(laxBoolean, true),
  audio_config: orDefault(AudioConfig, AudioConfig.parse({})),
  default_tts_enabled: orDefault(laxBoolean, true),
  default_stt_enabled: orDefault(laxBoolean, true),
  vad_params: orNull(VadParams),
  turn_detection_config: optionalJson,
  blendshape_provider: orDefault(BlendshapeProvider, 'not_provided'),
  blendshape_config: orNull(BlendshapeConfig),
  vision_input_config: orNull(VisionInputConfig),
  video_track_name: orDefault(shortText, 'camera'),
  max_num_participants: orDefault(laxInt(1, 100), 1),
  debug: orDefault(laxBoolean, false),
  debug_row_cap: orNull(laxInt(1, 1_000_000)),
  invocation_metadata: optionalJson,
});
export type SessionSettings = z.infer<typeof SessionSettings>;

/** An id, or a character's number. */
const characterId = z.preprocess(
  (id) => (typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : id),
  shortText,
);
const characterSessionId = optionalText.transform((id) => (id === '-1' ? null : id));

const Requested = SessionSettings.extend({
  /** The character's id, or its number. Not needed to join, and not sent with `characters`. */
  character_id: orNull(characterId),
  /** `-1` is how older clients say "a new conversation". */
  character_session_id: characterSessionId,
  /** A room with several characters; the first one has the floor. */
  characters: orNull(
    z
      .array(z.object({ character_id: characterId, character_session_id: characterSessionId }))
      .min(1)
      .max(mostCharacters),
  ),
  end_user_metadata: optionalJson,
  /** Only LiveKit is spoken: an answer in another transport's shape could not be given. */
  transport: orDefault(z.enum(['livekit']), 'livekit'),
  mode: orDefault(z.enum(['create', 'join']), 'create'),
  shared_session_key: orNull(z.string().regex(/^[A-Za-z0-9_-]{1,128}$/)),
  room_name: optionalText,
  room_session_id: optionalText,
});

const Sound = Requested.superRefine((request, context) => {
  const wrong = (field: string, message: string) => {
    context.addIssue({ code: 'custom', path: [field], message });
  };
  const missing = (field: string) => {
    context.addIssue({ code: 'invalid_type', expected: 'string', path: [field] });
  };
  const { characters, end_user_id, mode } = request;
  const locators = [request.shared_session_key, request.room_session_id, request.room_name];
  const given = locators.filter((locator) => locator !== null).length;
  if (given > 1)
    wrong('mode', 'only one of shared_session_key, room_session_id and room_name may be sent');
  if (characters) {
    if (request.character_id !== null)
      wrong('characters', 'character_id and characters exclude each other');
    if (end_user_id === null) missing('end_user_id');
    const ids = characters.flatMap(({ character_session_id: id }) => (id === null ? [] : [id]));
    if (new Set(ids).size < ids.length) wrong('characters', 'each needs a session of its own');
  }
  if (mode === 'join') {
    if (characters) wrong('characters', 'a room that is joined has its characters already');
    if (given === 0)
      wrong('mode', 'joining needs shared_session_key, room_session_id or room_name');
  } else {
    if (!characters && request.character_id === null) missing('character_id');
    if (request.room_session_id !== null) wrong('room_session_id', 'only a join may name one');
  }
});

/**
 * Convai's Unreal plugin has no field for an `emotion_config`, and its characters show emotions all the same
 * (convai-unreal-engine-plugin/features/emotion/emotion-quick-start.md: "enabled by default on every component"). The
 * web SDK leaves it out where its user wants no emotions (convai-web-sdk/emotions.md). So it is what else is sent that
 * tells: the plugin always names these two, and never what the web SDK never leaves out.
 */
function withEmotion(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  const isPlugin =
    ['llm_provider', 'blendshape_provider'].every((field) => field in body) &&
    !['emotion_config', 'blendshape_config', 'transport'].some((field) => field in body);
  return isPlugin ? { ...body, emotion_config: {} } : body;
}

export const ConnectRequest = z.preprocess(withEmotion, Sound);
export type ConnectRequest = z.infer<typeof ConnectRequest>;

export const ConnectResponse = z.object({
  session_id: z.string(),
  request_trace_id: z.string(),
  character_session_id: z.string(),
  room_url: z.string(),
  room_name: z.string(),
  token: z.string(),
  end_user_id: z.string().nullable(),
  end_user_metadata: z.record(z.string(), z.unknown()).nullable(),
  /** Under which others of the room know this user; null when nobody said who it is. */
  speaker_id: z.string().nullable(),
  /** From here on null, and false, except in a room with several characters. */
  room_session_id: z.string().nullable(),
  active_membership_id: z.string().nullable(),
  route_epoch: z.int().nullable(),
  roster_epoch: z.int().nullable(),
  partial_dispatch: z.boolean(),
  characters: z.array(CastEntry).nullable(),
});
export type ConnectResponse = z.infer<typeof ConnectResponse>;
