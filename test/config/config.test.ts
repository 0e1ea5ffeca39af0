import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { loadConfig } from '../../src/config/config.ts';

const machine = { cores: 8, isTerminal: false, cacheHome: '/home/me/.cache' };
const load = (env: NodeJS.ProcessEnv) => loadConfig(env, '/srv/parley', machine);

function problemsOf(env: NodeJS.ProcessEnv) {
  try {
    load(env);
  } catch (cause) {
    if (cause instanceof ConfigError) return cause.problems;
    throw cause;
  }
  return [];
}

describe('the configuration', () => {
  it('needs nothing', () => {
    expect(load({})).toEqual({
      http: { host: '127.0.0.1', port: 8080, trustProxy: false },
      firstApiKey: undefined,
      dataDir: '/srv/parley/data',
      cacheDir: '/home/me/.cache/parley',
      databaseUrl: undefined,
      sealingSecret: undefined,
      privateHosts: [],
      livekit: {
        kind: 'embedded',
        apiKey: undefined,
        apiSecret: undefined,
        ports: {
          http: 7880,
          rtcTcp: 7881,
          rtcUdp: 7882,
          turnUdp: 3478,
          relayFirst: 31_000,
          relayLast: 31_999,
        },
      },
      livekitPublicUrl: undefined,
      agents: {
        processes: 3,
        givenSessions: undefined,
        sessionsPerProcess: 21,
        cpuLimitPercent: 95,
        warmRoomsPerProcess: 16,
        secret: undefined,
        joinTimeoutMs: 60_000,
        idle: { timeoutMs: 1_800_000, warningMs: 300_000 },
      },
      rooms: { mostCharacters: 8 },
      stages: {
        llm: { kind: 'offline' },
        stt: { kind: 'offline' },
        tts: { kind: 'offline' },
        embeddings: { kind: 'offline' },
      },
      skills: { weather: undefined, news: undefined },
      voiceCacheBytes: 256_000_000,
      sttStreaming: 'auto',
      llmVision: 'auto',
      log: { level: 'info', pretty: false, includePrivate: false },
    });
  });

  it('takes an empty variable for an unset one', () => {
    const empty = { PORT: '', HOST: ' ', LIVEKIT_URL: '', OPENAI_API_KEY: '', LOG_PRIVATE: '' };
    expect(load(empty)).toEqual(load({}));
  });

  it('starts one agent process on two cores', () => {
    const small = { ...machine, cores: 2 };
    expect(loadConfig({}, '/', small).agents.processes).toBe(1);
    expect(loadConfig({ AGENTS: '0' }, '/', small).agents.processes).toBe(0);
  });

  it.each([
    ['half a core', { cores: 0.5 }, {}, 1, 4],
    ['one core', { cores: 1 }, {}, 1, 8],
    ['two cores', { cores: 2 }, {}, 1, 16],
    ['four cores', { cores: 4 }, {}, 2, 16],
    ['sixteen cores', { cores: 16 }, {}, 6, 21],
    ['very many cores', { cores: 128 }, {}, 8, 24],
    ['as many processes as said', { cores: 4 }, { AGENTS: '4' }, 4, 8],
    ['as many sessions as said', { cores: 1 }, { SESSIONS_PER_AGENT: '40' }, 1, 40],
  ])('holds what the machine can carry: %s', (_what, of, env, processes, sessionsPerProcess) => {
    expect(loadConfig(env, '/', { ...machine, ...of }).agents).toMatchObject({
      processes,
      sessionsPerProcess,
    });
  });

  it('writes for people in a terminal unless told otherwise', () => {
    const terminal = { ...machine, isTerminal: true };
    expect(loadConfig({}, '/', terminal).log.pretty).toBe(true);
    expect(loadConfig({ LOG_FORMAT: 'json' }, '/', terminal).log.pretty).toBe(false);
  });

  it('reads what is set', () => {
    const config = load({
      HOST: '0.0.0.0',
      PORT: '9000',
      TRUST_PROXY: 'loopback, 10.0.0.0/8',
      PARLEY_API_KEY: 'a-key-of-my-own',
      PARLEY_DATA_DIR: '/var/lib/parley',
      PARLEY_CACHE_DIR: 'tools-cache',
      DATABASE_URL: 'postgres://user:secret@db/parley?sslmode=require',
      LIVEKIT_URL: 'wss://livekit.example/',
      LIVEKIT_API_KEY: 'key',
      LIVEKIT_API_SECRET: 'secret',
      LIVEKIT_PUBLIC_URL: 'wss://live.example',
      SESSIONS_PER_AGENT: '1',
      JOIN_TIMEOUT_SECONDS: '30',
      PARLEY_AGENT_SECRET: 'a-long-shared-secret',
      LOG_LEVEL: 'debug',
      LOG_PRIVATE: 'Yes',
    });
    expect(config).toMatchObject({
      http: { host: '0.0.0.0', port: 9000, trustProxy: ['loopback', '10.0.0.0/8'] },
      firstApiKey: 'a-key-of-my-own',
      dataDir: '/var/lib/parley',
      cacheDir: '/srv/parley/tools-cache',
      databaseUrl: 'postgres://user:secret@db/parley?sslmode=require',
      livekit: {
        kind: 'external',
        url: 'wss://livekit.example',
        apiKey: 'key',
        apiSecret: 'secret',
      },
      livekitPublicUrl: 'wss://live.example',
      agents: { sessionsPerProcess: 1, warmRoomsPerProcess: 1, joinTimeoutMs: 30_000 },
      log: { level: 'debug', includePrivate: true },
    });
  });

  it('ends idle sessions after half an hour, other times, or never', () => {
    expect(load({}).agents.idle).toEqual({ timeoutMs: 1_800_000, warningMs: 300_000 });
    expect(load({ IDLE_TIMEOUT_SECONDS: '60' }).agents.idle).toEqual({
      timeoutMs: 60_000,
      warningMs: 30_000,
    });
    expect(load({ IDLE_WARNING_SECONDS: '0' }).agents.idle?.warningMs).toBe(0);
    expect(load({ IDLE_TIMEOUT_SECONDS: '0' }).agents.idle).toBeNull();
  });

  it('trusts as many proxies as it is told', () => {
    expect(load({ TRUST_PROXY: '1' }).http.trustProxy).toBe(1);
    expect(load({ TRUST_PROXY: 'false' }).http.trustProxy).toBe(false);
  });

  it.each([
    ['PORT', '80.5'],
    ['PORT', '0'],
    ['PORT', '65536'],
    ['AGENTS', '-1'],
    ['SESSIONS_PER_AGENT', 'many'],
    ['LOG_LEVEL', 'loud'],
    ['LOG_PRIVATE', 'maybe'],
    ['DATABASE_URL', 'mysql://db/parley'],
    ['LIVEKIT_PUBLIC_URL', 'live.example'],
    ['LLM_BASE_URL', 'localhost:11434'],
    ['OPENAI_BASE_URL', 'offline'],
    ['PARLEY_API_KEY', 'short'],
    ['PARLEY_API_KEY', 'has a space'],
    ['PARLEY_AGENT_SECRET', 'short'],
    ['TRUST_PROXY', 'everyone'],
    ['WARM_ROOMS', '25'],
    ['IDLE_WARNING_SECONDS', '1801'],
    ['IDLE_TIMEOUT_SECONDS', 'never'],
    ['TURN_RELAY_PORT_END', '30999'],
  ])('stops the start for %s=%s and says what it must be', (variable, value) => {
    const problems = problemsOf({ [variable]: value });
    expect(problems.map((problem) => problem.variable)).toEqual([variable]);
    expect(problems[0]?.problem).toMatch(/^must /);
  });

  it('takes the place of the weather whole, so that none is told of another', () => {
    const beijing = { place: '北京', latitude: 39.9042, longitude: 116.4074 };
    const url = 'https://weather.example/v1/forecast/';
    expect(load({ WEATHER_URL: url }).skills.weather).toEqual({ url, ...beijing });
    expect(load({ NEWS_URL: url }).skills.weather).toBeUndefined();
    const oslo = { WEATHER_LATITUDE: '59.91', WEATHER_LONGITUDE: '10.75' };
    const problems = problemsOf({ WEATHER_URL: url, ...oslo });
    expect(problems).toEqual([
      {
        variable: 'WEATHER_PLACE',
        problem: 'must be set beside WEATHER_LATITUDE and WEATHER_LONGITUDE',
      },
    ]);
    expect(problemsOf({ WEATHER_PLACE: 'Oslo' })).toHaveLength(2);
    expect(load({ WEATHER_URL: url, WEATHER_PLACE: 'Oslo', ...oslo }).skills.weather).toEqual({
      url,
      place: 'Oslo',
      latitude: 59.91,
      longitude: 10.75,
    });
  });

  it('names news by where they are from, unless told otherwise', () => {
    const url = 'https://www.news.example/feed/?of=today';
    expect(load({ NEWS_URL: url }).skills.news).toEqual({ url, name: 'news.example' });
    expect(load({ NEWS_URL: url, NEWS_NAME: '百度' }).skills.news?.name).toBe('百度');
  });

  it('names everything that is wrong at once, and no value', () => {
    const env = { PORT: 'x', LOG_LEVEL: 'loud', PARLEY_API_KEY: 'ke y-secret' };
    expect(problemsOf(env)).toHaveLength(3);
    expect(() => load(env)).toThrow(/PORT must[^]*PARLEY_API_KEY must[^]*LOG_LEVEL must/);
    expect(() => load(env)).not.toThrow('secret');
  });

  it('wants both keys of a LiveKit that runs elsewhere', () => {
    const problems = problemsOf({ LIVEKIT_URL: 'ws://livekit:7880' });
    expect(problems.map(({ variable }) => variable)).toEqual([
      'LIVEKIT_API_KEY',
      'LIVEKIT_API_SECRET',
    ]);
  });
});
