import { join } from 'node:path';
import { plantMissing, plantSeeds } from './characters/plant-seeds.ts';
import { ConfigError } from './config/config-error.ts';
import { loadConfig } from './config/config.ts';
import { DataFolderInUse } from './db/folder-lock.ts';
import { openDatabase } from './db/open.ts';
import { AgentLine } from './dispatch/agent-line.ts';
import { SetUpFailed } from './errors/set-up-failed.ts';
import { createApp } from './http/app.ts';
import { openAiChat } from './http/routes/ai-chat/open.ts';
import { openXingchen } from './http/routes/xingchen/open.ts';
import { listen, openHttpServer } from './http/server.ts';
import { TranscriptionDoor } from './http/transcription/transcription-door.ts';
import { serveAdmin } from './keys/admin-server.ts';
import { Keys } from './keys/keys.ts';
import { LimitWatch } from './keys/limit-watch.ts';
import { ensureSecrets, firstApiKey } from './keys/secrets.ts';
import { KeyUsage } from './keys/usage.ts';
import { systemClock } from './lifetime/clock.ts';
import { Scope } from './lifetime/scope.ts';
import { stopOnSignals } from './lifetime/stop-on-signals.ts';
import type { TurnRecord } from './protocol/turn-record.ts';
import { openProviders } from './providers/open-providers.ts';
import { SileroVad } from './providers/vad/silero.ts';
import { agentIsReady, startAgents } from './server/agents.ts';
import { craftingParts } from './server/crafting-parts.ts';
import { say, sayReady } from './server/greeting.ts';
import type { Ground } from './server/ground.ts';
import { openLiveKit, roomUrlOf } from './server/livekit-server.ts';
import { gauges, observe } from './server/measures.ts';
import { openMind } from './server/mind.ts';
import { openPictures } from './server/pictures.ts';
import { projectRoot, versionOf } from './server/project.ts';
import { providerSettings } from './server/provider-settings.ts';
import { agentName, openDispatch } from './server/voice-dispatch.ts';
import { EndUsers } from './speakers/end-users.ts';
import { openLog } from './telemetry/log.ts';
import { openMetrics } from './telemetry/metrics.ts';

/*
 * The server: HTTP, keys, database, dispatch, and, as children, LiveKit, the embedded provider and agent processes.
 */
async function main(): Promise<void> {
  const root = await projectRoot();
  const config = loadConfig(process.env, root);
  const log = openLog('server', config.log);
  const scope = new Scope('server', (child, err) => {
    log.error({ err, child }, 'closing failed');
  });
  stopOnSignals(scope, systemClock, (signal) => {
    log.info({ signal }, 'stopping');
  });
  try {
    await serve({ root, config, clock: systemClock, log, scope });
  } catch (err) {
    if (scope.closed) return;
    await scope.close();
    throw err;
  }
}

async function serve(ground: Ground): Promise<void> {
  const { root, config, clock, log, scope } = ground;
  const { dataDir } = config;
  const metrics = openMetrics();
  const onTurn = (turn: TurnRecord) => {
    observe(metrics, turn);
  };
  const secrets = await ensureSecrets(dataDir, {
    agentSecret: config.agents.secret,
    livekitApiKey: config.livekit.apiKey,
    livekitApiSecret: config.livekit.apiSecret,
  });
  const database = await scope.own(
    'database',
    openDatabase({ url: config.databaseUrl, dataDir, migrationsDir: join(root, 'drizzle'), log }),
  );
  const { db } = database;
  await plantMissing(db);
  const keys = new Keys({ db, clock, onWorkspaceMade: plantSeeds });
  const first = await firstApiKey(dataDir, config.firstApiKey);
  const { workspaceId, revoked } = await keys.ensureFirstKey(first.key);
  if (revoked)
    log.warn(
      'the first key was revoked: set another PARLEY_API_KEY, or make one with npm run keys',
    );
  await scope.own('key administration', serveAdmin(dataDir, keys, log));

  let onLiveKitUp: () => void = () => undefined;
  const livekit = await openLiveKit(ground, secrets, say, () => {
    onLiveKitUp();
  });
  const settings = await providerSettings(ground);
  const providers = openProviders(settings, { clock });
  const mind = await openMind(ground, {
    ...{ database, providers, contextTokens: settings.llm.contextTokens, onWritten: onTurn },
  });
  const pictures = await scope.own('pictures', openPictures(ground, database));
  const usage = new KeyUsage(db, clock);
  const line = new AgentLine({ secret: secrets.agentSecret, clock, log });
  const dispatch = openDispatch(ground, {
    ...{ livekit, providers: settings, store: mind.store, usage, line, onStored: onTurn },
    onRefused: (why) => {
      metrics.refused(why);
    },
  });
  await scope.own('dispatch', dispatch);
  mind.remembering.onSummary = (newer) => {
    dispatch.tell({ push: 'summary', ...newer });
  };
  mind.remembering.onFacts = (news) => {
    dispatch.tell({ push: 'facts', ...news });
  };
  mind.knowledge.documents.onConnected = (characterId) => {
    dispatch.tellRecalls(characterId);
  };
  await mind.remembering.start();
  await scope.own('remembering', mind.remembering);
  onLiveKitUp = () => {
    dispatch.livekitRestarted();
  };
  await dispatch.recover();
  gauges(metrics, dispatch);
  const end = (sessionId: string) => {
    dispatch.end(sessionId, 'usage_limit');
  };
  await scope.own('limits', new LimitWatch({ usage, end, clock, log }));

  const { spokenTo: characters, conversations, turns, speakers, memories } = mind;
  const app = createApp({
    ...{ log, clock, metrics, keys, characters, conversations, turns, speakers, memories },
    endUsers: new EndUsers({ db, speakers }),
    mostCharacters: config.rooms.mostCharacters,
    dispatch,
    livekit: { ...livekit, agentName },
    roomUrl: roomUrlOf(config),
    health: {
      database: () => database.ping(),
      livekit: async () => {
        await fetch(livekit.url.replace(/^ws/, 'http'), { signal: AbortSignal.timeout(800) });
      },
      agents: () =>
        dispatch.count().serving > 0
          ? Promise.resolve()
          : Promise.reject(new Error('no agent is there')),
    },
    crafting: craftingParts(ground, settings, providers, {
      ...mind,
      documents: mind.knowledge.documents,
    }),
    aiChat: openAiChat(config, { ...mind, db, providers, clock, log }),
    xingchen: openXingchen({
      ...{ ...mind, db, pictures, providers, clock, log },
      documents: mind.knowledge.documents,
      recollecting: mind.remembering.recollecting,
    }),
    playground: {
      webDir: join(root, 'web/dist'),
      version: await versionOf(root),
      offline: config.stages.llm.kind === 'offline',
    },
    localCaller: { workspaceId, keyId: 'playground' },
    trustProxy: config.http.trustProxy,
  });
  const server = openHttpServer(app);
  const transcription = new TranscriptionDoor({
    ...{ keys, clock, log, stt: providers.stt, openVad: () => SileroVad.open() },
  });
  line.attach(server, (request, socket, head) => transcription.take(request, socket, head));
  line.serve(dispatch.desk);
  await scope.own('http', listen(server, config.http));
  await scope.own('transcription', transcription);
  // Closes before HTTP: a journal is an open connection that HTTP would wait for.
  await scope.own('agent line', line);
  startAgents(ground, secrets);
  scope.defer('new sessions', () => {
    dispatch.stop();
  });
  await agentIsReady(ground, dispatch);
  sayReady(config, first);
}

main().catch((error: unknown) => {
  const isForOperator =
    error instanceof SetUpFailed ||
    error instanceof ConfigError ||
    error instanceof DataFolderInUse;
  console.error(isForOperator ? error.message : error);
  process.exit(1);
});
