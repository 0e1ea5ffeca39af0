import * as z from 'zod';
import {
  baseUrlOf,
  decimal,
  flag,
  headerKey,
  hosts,
  oneOf,
  pictureSize,
  port,
  sharedSecret,
  text,
  trustedProxies,
  urlOf,
  voiceNames,
  whole,
} from './values.ts';

/** What the README tells of a variable: settings-table.ts. */
type Told = { means: string; default?: string };
export const told = z.registry<Told>();

function setting<S extends z.ZodType>(schema: S, means: string, shown?: string): z.ZodOptional<S> {
  const optional = schema.optional();
  told.add(optional, shown === undefined ? { means } : { means, default: shown });
  return optional;
}

const http = baseUrlOf('http', 'https');
/** An address that is asked as it stands. */
const asked = urlOf('http', 'https');
const baseUrl = z.union([z.literal('offline'), http], {
  error: 'must be a URL that begins with http:// or https://, or the word offline',
});

const stage = (what: string) => ({
  baseUrl: setting(
    baseUrl,
    `Base URL for ${what}; \`offline\` for the built-in one`,
    '`OPENAI_BASE_URL`',
  ),
  apiKey: setting(text, `Key for ${what}`, '`OPENAI_API_KEY`, at the same server only'),
});
const llm = stage('the language model');
const stt = stage('speech recognition');
const tts = stage('speech synthesis');
const embeddings = stage('embeddings');

/** Every environment variable there is. All are optional; the defaults that depend on others are in config.ts. */
export const Environment = z.object({
  HOST: setting(
    text,
    'Address to listen on. Another one than loopback makes server, LiveKit and TURN reachable from other devices',
    '`127.0.0.1`',
  ),
  PORT: setting(port, 'Port of the HTTP API and the playground', '`8080`'),
  TRUST_PROXY: setting(
    trustedProxies,
    'Reverse proxies whose `X-Forwarded-*` headers count: how many, or their addresses (`loopback,10.0.0.0/8`)',
    'none',
  ),
  PARLEY_API_KEY: setting(
    headerKey,
    'The first API key',
    'made, kept in `<data>/api-key` and printed once',
  ),
  PARLEY_SECRET: setting(
    sharedSecret,
    'What secrets in the database are encrypted with, such as keys of registered models. Another one cannot open them',
    'made, kept in `<data>/sealing-secret`',
  ),
  PRIVATE_HOSTS: setting(
    hosts,
    'Private hosts and addresses that registered models, functions and MCP servers may be on (`llm.lan,10.0.0.5,192.168.0.0/16`)',
    'none: public ones only',
  ),
  PARLEY_DATA_DIR: setting(text, 'Folder of the database and of generated keys', '`./data`'),
  PARLEY_CACHE_DIR: setting(text, 'Folder of downloaded and built tools', '`~/.cache/parley`'),
  DATABASE_URL: setting(
    urlOf('postgres', 'postgresql'),
    'PostgreSQL with pgvector and pg_trgm, such as `postgres://user:password@host/parley`',
    'PGlite in the data folder',
  ),

  LIVEKIT_URL: setting(
    baseUrlOf('ws', 'wss', 'http', 'https'),
    'A livekit-server that runs already; needs the two variables below',
    'one is found, fetched or built, and run',
  ),
  LIVEKIT_API_KEY: setting(text, 'API key of that livekit-server', 'made for our own'),
  LIVEKIT_API_SECRET: setting(text, 'Secret of that key', 'made for our own'),
  LIVEKIT_PUBLIC_URL: setting(
    baseUrlOf('ws', 'wss'),
    'What clients get as `room_url`',
    'follows the host the client used',
  ),
  LIVEKIT_NODE_IP: setting(
    text,
    'The address that clients are told for media, when this machine is behind NAT or on several networks',
    '`HOST`',
  ),
  LIVEKIT_PORT: setting(port, 'Signalling port of our own livekit-server', '`7880`'),
  LIVEKIT_TCP_PORT: setting(port, 'Its port for media over TCP', '`7881`'),
  LIVEKIT_UDP_PORT: setting(port, 'Its port for media over UDP', '`7882`'),
  TURN_PORT: setting(port, 'UDP port of its TURN server', '`3478`'),
  TURN_RELAY_PORT_START: setting(port, 'First UDP port for relayed media', '`31000`'),
  TURN_RELAY_PORT_END: setting(port, 'Last UDP port for relayed media', '`31999`'),

  AGENTS: setting(
    whole(0, 256),
    'Agent processes the server starts; `0` when all run elsewhere',
    'one for three cores, at most `8`',
  ),
  SESSIONS_PER_AGENT: setting(
    whole(1, 1_000),
    'Conversations each of them holds; one with several characters counts once for each',
    '8 for a core of its machine, at most `24`',
  ),
  CPU_LIMIT_PERCENT: setting(
    whole(0, 100),
    "Of the machine's CPU, whoever uses it: from here on an agent process that has conversations takes no more; `0`: it never looks",
    '`95`',
  ),
  WARM_ROOMS: setting(
    whole(0, 100),
    'Of its places, those held ready for callers, so that they need not wait',
    '`SESSIONS_PER_AGENT`, at most `16`',
  ),
  JOIN_TIMEOUT_SECONDS: setting(
    whole(5, 3_600),
    'How long a connect waits for its client to join the room',
    '`60`',
  ),
  IDLE_TIMEOUT_SECONDS: setting(
    whole(0, 86_400),
    'Quiet, with nobody speaking and no message, after which a session ends; `0` for never',
    '`1800`',
  ),
  IDLE_WARNING_SECONDS: setting(
    whole(0, 86_400),
    'How long before that the client is warned; `0` for not at all',
    '`300`',
  ),
  CHARACTERS_PER_ROOM: setting(
    whole(1, 50),
    'Characters that a client may ask for in one room; each costs the agent process as much as a room',
    '`8`',
  ),
  PARLEY_AGENT_SECRET: setting(
    sharedSecret,
    'What agent processes on other machines show the server',
    'made, kept in `<data>/secrets.json`',
  ),

  OPENAI_API_KEY: setting(text, 'Key for all stages that have none of their own', 'none: offline'),
  OPENAI_BASE_URL: setting(
    http,
    'Base URL for all stages that have none of their own',
    '`https://api.openai.com/v1`',
  ),
  LLM_BASE_URL: llm.baseUrl,
  LLM_API_KEY: llm.apiKey,
  LLM_MODEL: setting(text, 'Its model', '`gpt-4o-mini` at OpenAI'),
  LLM_VISION: setting(
    oneOf(['auto', 'on', 'off']),
    'Show the model what users show: `auto` until it refuses an image, `on`, `off`',
    '`auto`',
  ),
  LLM_CONTEXT_TOKENS: setting(
    whole(1_024, 10_000_000),
    'What it takes of prompt and answer together; no more is ever sent',
    '`128000`',
  ),
  STT_BASE_URL: stt.baseUrl,
  STT_API_KEY: stt.apiKey,
  STT_MODEL: setting(text, 'Its model', '`gpt-4o-mini-transcribe` at OpenAI'),
  STT_STREAMING: setting(
    oneOf(['auto', 'on', 'off']),
    'Recognise while the user speaks: `auto` tries it, `on` tries sooner again after a refusal, `off`',
    '`auto`',
  ),
  TTS_BASE_URL: tts.baseUrl,
  TTS_API_KEY: tts.apiKey,
  TTS_MODEL: setting(text, 'Its model', '`gpt-4o-mini-tts` at OpenAI'),
  TTS_VOICE: setting(text, 'Voice of characters that name none', '`alloy` at OpenAI'),
  TTS_VOICES: setting(
    voiceNames,
    'Voices that the list of voices shows, each with who it sounds like (`af_bella:female,am_adam:male`)',
    "OpenAI's at OpenAI, the embedded ones without keys",
  ),
  EMBEDDINGS_BASE_URL: embeddings.baseUrl,
  EMBEDDINGS_API_KEY: embeddings.apiKey,
  EMBEDDINGS_MODEL: setting(text, 'Its model', '`text-embedding-3-small` at OpenAI'),

  MODERATION_BASE_URL: setting(
    http,
    'Base URL for moderation of what users say (`POST /moderations`); off unless one of these three is set',
    '`OPENAI_BASE_URL`',
  ),
  MODERATION_API_KEY: setting(
    text,
    'Key for moderation',
    '`OPENAI_API_KEY`, at the same server only',
  ),
  MODERATION_MODEL: setting(text, 'Its model', '`omni-moderation-latest` at OpenAI'),

  IMAGES_BASE_URL: setting(
    http,
    'Base URL for pictures that characters draw (`POST /images/generations`); off unless one of these three is set',
    '`OPENAI_BASE_URL`',
  ),
  IMAGES_API_KEY: setting(text, 'Key for pictures', '`OPENAI_API_KEY`, at the same server only'),
  IMAGES_MODEL: setting(text, 'Its model', '`gpt-image-1` at OpenAI'),
  IMAGES_SIZE: setting(pictureSize, 'Size of pictures, such as `1024x1024`', "the endpoint's own"),

  WEATHER_URL: setting(
    asked,
    "A forecast of Open-Meteo's shape, for the weather skill: `https://api.open-meteo.com/v1/forecast`",
    'none: they say that they cannot',
  ),
  WEATHER_PLACE: setting(
    text,
    'What its place is called; set all three of the place, or none',
    '`北京`',
  ),
  WEATHER_LATITUDE: setting(decimal(-90, 90), 'Where that is, in degrees north', '`39.9042`'),
  WEATHER_LONGITUDE: setting(decimal(-180, 180), 'Where that is, in degrees east', '`116.4074`'),
  NEWS_URL: setting(
    asked,
    'Where characters hear the news: an RSS 2.0 or Atom feed',
    'none: they say that they cannot',
  ),
  NEWS_NAME: setting(text, 'What that source is called', 'the host of `NEWS_URL`'),
  VOICE_CACHE_MB: setting(
    // One answer of ten minutes has 29.
    whole(32, 1_000_000),
    'Answers of the app API that were spoken are kept on disk up to so much (at least 32)',
    '`256`',
  ),

  LOG_LEVEL: setting(
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    'Least important lines to log',
    '`info`',
  ),
  LOG_FORMAT: setting(
    oneOf(['pretty', 'json']),
    'Log lines for people or for machines',
    '`pretty` in a terminal, else `json`',
  ),
  LOG_PRIVATE: setting(flag, 'Log what people say, prompts and names too', '`false`'),
});
export type Environment = z.infer<typeof Environment>;
