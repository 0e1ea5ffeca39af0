import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { ConfigError } from './config/config-error.ts';
import { loadConfig, type Config } from './config/config.ts';
import { openStrainMeter } from './dispatch/strain-meter.ts';
import { strainLimits, unlimited } from './dispatch/strain.ts';
import { Worker } from './dispatch/worker.ts';
import { SetUpFailed } from './errors/set-up-failed.ts';
import { openJournal } from './journal/open-journal.ts';
import { keptAgentSecret } from './keys/secrets.ts';
import { systemClock } from './lifetime/clock.ts';
import { Scope } from './lifetime/scope.ts';
import { stopOnSignals } from './lifetime/stop-on-signals.ts';
import { promptBudget } from './prompt/prompt.ts';
import { openProviders } from './providers/open-providers.ts';
import { SileroVad } from './providers/vad/silero.ts';
import { roomDoor } from './session/room-door.ts';
import { RoomHost } from './session/room-host.ts';
import { openLog, type Log } from './telemetry/log.ts';
import { MicrophoneLag } from './telemetry/microphone-lag.ts';

/*
 * An agent process: many voice sessions, and nothing that must survive it. The server starts some as its children; by
 * hand, here or on another machine, it is `npm run agent -- --server URL`.
 */
const usage = 'Usage: npm run agent -- --server http://host:port   (secret: PARLEY_AGENT_SECRET)';

async function main(args: string[]): Promise<void> {
  const config = loadConfig(process.env, process.cwd());
  const server = serverOf(args);
  const secret = await secretOf(config);
  const log = openLog('agent', config.log);
  const scope = new Scope('agent', (child, err) => {
    log.error({ err, child }, 'closing failed');
  });
  stopOnSignals(scope, systemClock, (signal) => {
    log.info({ signal }, 'agent stops');
  });
  // Of one session's making; the others go on.
  process.on('unhandledRejection', (err) => {
    log.error({ err }, 'an error that nothing waited for');
  });
  try {
    await run(server, secret, config.agents, log, scope);
  } catch (err) {
    if (scope.closed) return;
    await scope.close();
    throw err;
  }
}

async function run(
  server: string,
  secret: string,
  { givenSessions, sessionsPerProcess, cpuLimitPercent }: Config['agents'],
  log: Log,
  scope: Scope,
): Promise<void> {
  const clock = systemClock;
  const vad = await scope.own('vad', SileroVad.open());
  const rooms: { host?: RoomHost } = {};
  const journal = await scope.own(
    'journal',
    openJournal({
      url: server,
      secret,
      agentId: randomUUID(),
      clock,
      log,
      currentRooms: () => rooms.host?.roomNames ?? [],
      signal: scope.signal,
    }),
  );
  const { providers, agentName, idle } = journal.welcome;
  const maxSessions = givenSessions ?? journal.welcome.maxSessions ?? sessionsPerProcess;
  const lag = new MicrophoneLag();
  const enter = roomDoor({
    clock,
    lag,
    log,
    vad,
    journal,
    providers: openProviders(providers, { clock }),
    models: { stt: providers.stt.model, llm: providers.llm.model, tts: providers.tts.model },
    budgetTokens: promptBudget(providers.llm.contextTokens),
    idle: idle ?? undefined,
  });
  const host = new RoomHost({ clock, log, journal, enter });
  rooms.host = host;
  await scope.own('rooms', host);
  const strain = await scope.own(
    'strain',
    openStrainMeter({ clock, microphoneLagMs: () => lag.takeLongestMs() }),
  );
  const worker = new Worker({
    livekit: () => reachable(journal.welcome.livekit, server),
    agentName,
    maxSessions,
    strain,
    limits: cpuLimitPercent === 0 ? unlimited : strainLimits(cpuLimitPercent / 100),
    held: () => host.held,
    clock,
    log,
    onJob: (job) => host.serve(job),
    onStatus: (status) => {
      journal.status(status);
    },
  });
  await scope.own('worker', worker);
  journal.events.on('openUp', () => {
    worker.openUp();
  });
  log.info({ server, maxSessions }, 'agent is ready');
}

/** A server tells where LiveKit is for itself; from another machine its loopback is the server's own address. */
function reachable<Door extends { url: string }>(door: Door, server: string): Door {
  const url = new URL(door.url);
  if (!/^(localhost|127\.|\[::1\])/.test(url.hostname)) return door;
  url.hostname = new URL(server).hostname;
  return { ...door, url: url.href };
}

function serverOf(args: string[]): string {
  try {
    const { values } = parseArgs({ args, options: { server: { type: 'string' } } });
    if (values.server !== undefined && /^https?:$/.test(new URL(values.server).protocol))
      return values.server;
  } catch {
    // Said below, in the same words.
  }
  throw new SetUpFailed(usage);
}

async function secretOf(config: Config): Promise<string> {
  const secret = config.agents.secret ?? (await keptAgentSecret(config.dataDir));
  if (secret !== undefined) return secret;
  throw new SetUpFailed(
    `No agent secret: set PARLEY_AGENT_SECRET as on the server, or run this beside its data folder (${config.dataDir} has none).`,
  );
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isForOperator = error instanceof SetUpFailed || error instanceof ConfigError;
  console.error(isForOperator ? error.message : error);
  process.exit(1);
});
