import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { usableCores } from '../machine/machine.ts';
import type { LlmVision, SttStreaming } from '../protocol/provider-settings.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { Environment } from './environment.ts';
import { readSkillSources, type SkillSources } from './skill-sources.ts';
import { readStages, type Stages } from './stages.ts';
import type { NamedVoice } from './values.ts';

export type Config = {
  http: {
    host: string;
    port: number;
    /** As express's `trust proxy` takes it. */
    trustProxy: false | number | string[];
  };
  /** Undefined: one is made and kept in the data folder. */
  firstApiKey: string | undefined;
  /** Absolute, as all folders here. */
  dataDir: string;
  cacheDir: string;
  databaseUrl: string | undefined;
  /** Undefined: one is made and kept in the data folder. */
  sealingSecret: string | undefined;
  /** Private hosts, addresses and ranges that users of the API may name. */
  privateHosts: string[];
  livekit: LiveKitConfig;
  /** What clients get as room_url; undefined: it follows the host that the client used. */
  livekitPublicUrl: string | undefined;
  /** The address that clients are told for media, when it is not the host itself. */
  livekitNodeIp: string | undefined;
  agents: {
    processes: number;
    /** What the operator set; undefined: it follows the cores of each machine. */
    givenSessions: number | undefined;
    /** For processes of this machine. */
    sessionsPerProcess: number;
    /** Of the machine's CPU, beyond which nobody new is let in; 0: whatever the machine is doing. */
    cpuLimitPercent: number;
    warmRoomsPerProcess: number;
    /** Undefined: one is made and kept in the data folder. */
    secret: string | undefined;
    joinTimeoutMs: number;
    /** Null: sessions may be idle for ever. `warningMs` before the end, at most as long as the timeout. */
    idle: { timeoutMs: number; warningMs: number } | null;
  };
  rooms: {
    /** That a client may ask for in one room. */
    mostCharacters: number;
  };
  stages: Stages;
  /** What the language model takes of prompt and answer together. */
  contextTokens: number | undefined;
  sttStreaming: SttStreaming;
  llmVision: LlmVision;
  /** Undefined: those that are known of the configured synthesiser. */
  voices: NamedVoice[] | undefined;
  skills: SkillSources;
  /** Of spoken answers on disk. */
  voiceCacheBytes: number;
  log: {
    level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
    pretty: boolean;
    includePrivate: boolean;
  };
};

/** `embedded`: our own livekit-server; its keys, where undefined, are made and kept in the data folder. */
type LiveKitConfig =
  | { kind: 'external'; url: string; apiKey: string; apiSecret: string }
  | {
      kind: 'embedded';
      apiKey: string | undefined;
      apiSecret: string | undefined;
      ports: {
        http: number;
        rtcTcp: number;
        rtcUdp: number;
        turnUdp: number;
        relayFirst: number;
        relayLast: number;
      };
    };

type Report = (problem: ConfigProblem) => void;

/** What the defaults depend on besides the environment. */
export type Machine = {
  /** That this process can have: with a quota that may be a part of one. */
  cores: number;
  isTerminal: boolean;
  cacheHome: string;
};

const thisMachine = (env: NodeJS.ProcessEnv): Machine => ({
  cores: usableCores(),
  isTerminal: process.stdout.isTTY,
  cacheHome: env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
});

/**
 * The configuration of a process from its environment variables; an empty one counts as unset.
 * @param root the folder that relative paths begin at
 * @throws {ConfigError} naming all variables that are wrong
 */
export function loadConfig(
  env: NodeJS.ProcessEnv,
  root: string,
  machine: Machine = thisMachine(withoutEmpty(env)),
): Config {
  const read = Environment.safeParse(withoutEmpty(env));
  if (!read.success) {
    throw new ConfigError(
      read.error.issues.map(({ path, message }) => ({
        variable: path.join('.'),
        problem: message,
      })),
    );
  }
  const problems: ConfigProblem[] = [];
  const config = assemble(read.data, root, machine, (problem) => problems.push(problem));
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function assemble(env: Environment, root: string, machine: Machine, report: Report): Config {
  return {
    http: {
      host: env.HOST ?? '127.0.0.1',
      port: env.PORT ?? 8080,
      trustProxy: env.TRUST_PROXY ?? false,
    },
    firstApiKey: env.PARLEY_API_KEY,
    dataDir: resolve(root, env.PARLEY_DATA_DIR ?? 'data'),
    cacheDir: resolve(root, env.PARLEY_CACHE_DIR ?? join(machine.cacheHome, 'parley')),
    databaseUrl: env.DATABASE_URL,
    sealingSecret: env.PARLEY_SECRET,
    privateHosts: env.PRIVATE_HOSTS ?? [],
    livekit: readLiveKit(env, report),
    livekitPublicUrl: env.LIVEKIT_PUBLIC_URL,
    livekitNodeIp: env.LIVEKIT_NODE_IP,
    agents: readAgents(env, machine, report),
    rooms: { mostCharacters: env.CHARACTERS_PER_ROOM ?? 8 },
    stages: readStages(env, report),
    contextTokens: env.LLM_CONTEXT_TOKENS,
    sttStreaming: env.STT_STREAMING ?? 'auto',
    llmVision: env.LLM_VISION ?? 'auto',
    voices: env.TTS_VOICES,
    skills: readSkillSources(env, report),
    voiceCacheBytes: (env.VOICE_CACHE_MB ?? 256) * 1_000_000,
    log: {
      level: env.LOG_LEVEL ?? 'info',
      pretty: (env.LOG_FORMAT ?? (machine.isTerminal ? 'pretty' : 'json')) === 'pretty',
      includePrivate: env.LOG_PRIVATE ?? false,
    },
  };
}

/**
 * Eight conversations take 0.8 of a core in agent, LiveKit and server together (docs/performance.md). One process's
 * JavaScript runs on one core, which 24 of them fill.
 */
const sessions = { perCore: 8, perProcess: 24 } as const;
/** More of them cost memory while nobody calls: a machine of that size is set up by hand. */
const mostProcesses = 8;
/** More cost LiveKit a room each while nobody calls. */
const mostWarmRooms = 16;

function readAgents(env: Environment, { cores }: Machine, report: Report): Config['agents'] {
  const processes =
    env.AGENTS ??
    Math.min(mostProcesses, Math.ceil((cores * sessions.perCore) / sessions.perProcess));
  const share = Math.floor((cores * sessions.perCore) / Math.max(1, processes));
  const givenSessions = env.SESSIONS_PER_AGENT;
  const sessionsPerProcess = givenSessions ?? Math.max(1, Math.min(sessions.perProcess, share));
  const warmRoomsPerProcess = env.WARM_ROOMS ?? Math.min(mostWarmRooms, sessionsPerProcess);
  if (warmRoomsPerProcess > sessionsPerProcess)
    report({
      variable: 'WARM_ROOMS',
      problem: `must not be above SESSIONS_PER_AGENT (${sessionsPerProcess})`,
    });
  return {
    processes,
    givenSessions,
    sessionsPerProcess,
    cpuLimitPercent: env.CPU_LIMIT_PERCENT ?? 95,
    warmRoomsPerProcess,
    secret: env.PARLEY_AGENT_SECRET,
    joinTimeoutMs: (env.JOIN_TIMEOUT_SECONDS ?? 60) * 1000,
    idle: readIdle(env, report),
  };
}

/** A shorter timeout than the usual warning time is warned of at its half. */
function readIdle(env: Environment, report: Report): Config['agents']['idle'] {
  const timeoutSeconds = env.IDLE_TIMEOUT_SECONDS ?? 1_800;
  const warningSeconds = env.IDLE_WARNING_SECONDS ?? Math.min(300, Math.floor(timeoutSeconds / 2));
  if (timeoutSeconds === 0) return null;
  if (warningSeconds > timeoutSeconds)
    report({
      variable: 'IDLE_WARNING_SECONDS',
      problem: `must not be above IDLE_TIMEOUT_SECONDS (${timeoutSeconds})`,
    });
  return { timeoutMs: timeoutSeconds * 1000, warningMs: warningSeconds * 1000 };
}

function readLiveKit(env: Environment, report: Report): LiveKitConfig {
  const { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret } = env;
  if (url !== undefined) {
    if (apiKey === undefined)
      report({ variable: 'LIVEKIT_API_KEY', problem: 'must be set when LIVEKIT_URL is' });
    if (apiSecret === undefined)
      report({ variable: 'LIVEKIT_API_SECRET', problem: 'must be set when LIVEKIT_URL is' });
    return { kind: 'external', url, apiKey: apiKey ?? '', apiSecret: apiSecret ?? '' };
  }
  const ports = {
    http: env.LIVEKIT_PORT ?? 7880,
    rtcTcp: env.LIVEKIT_TCP_PORT ?? 7881,
    rtcUdp: env.LIVEKIT_UDP_PORT ?? 7882,
    turnUdp: env.TURN_PORT ?? 3478,
    relayFirst: env.TURN_RELAY_PORT_START ?? 31_000,
    relayLast: env.TURN_RELAY_PORT_END ?? 31_999,
  };
  if (ports.relayLast < ports.relayFirst)
    report({
      variable: 'TURN_RELAY_PORT_END',
      problem: `must not be below TURN_RELAY_PORT_START (${ports.relayFirst})`,
    });
  return { kind: 'embedded', apiKey, apiSecret, ports };
}

function withoutEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const entries = Object.entries(env).map(([name, value]) => [name, value?.trim()] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== ''));
}
