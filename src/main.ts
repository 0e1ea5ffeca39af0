import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { Characters } from './characters/characters.ts';
import { plantSeeds } from './characters/plant-seeds.ts';
import { ChatHistory } from './chats/chat-history.ts';
import { Conversations } from './chats/conversations.ts';
import { forgetSpeaker } from './chats/forget-speaker.ts';
import { Participants } from './chats/participants.ts';
import { Turns } from './chats/turns.ts';
import { WrittenTurns } from './chats/written-turns.ts';
import { VoiceSessions } from './chats/voice-sessions.ts';
import { ConfigError } from './config/config-error.ts';
import { loadConfig, type Config } from './config/config.ts';
import { DataFolderInUse } from './db/folder-lock.ts';
import { openDatabase } from './db/open.ts';
import { Sealer } from './db/sealer.ts';
import { AgentLine } from './dispatch/agent-line.ts';
import { AgentProcesses } from './dispatch/agent-processes.ts';
import { Dispatch } from './dispatch/dispatch.ts';
import { defaultPoolRules } from './dispatch/pool.ts';
import { SetUpFailed } from './errors/set-up-failed.ts';
import { Functions } from './functions/functions.ts';
import { createApp } from './http/app.ts';
import { openAiChat } from './http/routes/ai-chat/open.ts';
import type { CraftingDeps } from './http/routes/convai/crafting.ts';
import { documentLink } from './http/routes/convai/knowledge-bank.ts';
import { functionLink } from './http/routes/convai/functions.ts';
import { TranscriptionDoor } from './http/transcription/transcription-door.ts';
import { listen, openHttpServer } from './http/server.ts';
import { builtInEmbedding } from './knowledge/built-in-embedding.ts';
import { threadExtraction } from './knowledge/extraction.ts';
import { Knowledge } from './knowledge/knowledge.ts';
import { serveAdmin } from './keys/admin-server.ts';
import { Keys } from './keys/keys.ts';
import { LimitWatch } from './keys/limit-watch.ts';
import { ensureSecrets, firstApiKey, sealingSecret, type Secrets } from './keys/secrets.ts';
import { KeyUsage } from './keys/usage.ts';
import { sleep, systemClock } from './lifetime/clock.ts';
import { Scope } from './lifetime/scope.ts';
import { startEmbeddedLiveKit } from './livekit/embedded.ts';
import { findSettings } from './livekit/find.ts';
import { McpServers } from './mcp/mcp-servers.ts';
import { forgetPerson } from './memory/forget-person.ts';
import { FactVectors } from './minds/fact-vectors.ts';
import { knowledgeSource } from './minds/knowledge-source.ts';
import { memorySource } from './minds/memory-source.ts';
import { Recall } from './minds/recall.ts';
import { Remembering } from './minds/remembering.ts';
import { SessionStore } from './minds/session-store.ts';
import { toolsOf } from './minds/tools-of.ts';
import { Narratives } from './narratives/narratives.ts';
import { TextChat } from './minds/text-chat.ts';
import { OwnModels } from './models/own-models.ts';
import { AddressGuard } from './net/address-guard.ts';
import { startOffline } from './offline/offline.ts';
import { promptBudget } from './prompt/prompt.ts';
import type { Embedding } from './providers/embedding/embedding.ts';
import { OpenAiEmbedding } from './providers/embedding/openai.ts';
import { openProviders } from './providers/open-providers.ts';
import { probeMcp } from './providers/tools/probe-mcp.ts';
import { SileroVad } from './providers/vad/silero.ts';
import { voiceSection } from './providers/tts/voice-list.ts';
import type { ProviderSettings } from './protocol/provider-settings.ts';
import type { TurnRecord } from './protocol/turn-record.ts';
import { livekitRooms, type LivekitDoor } from './room/rooms.ts';
import { defaultJoinWithinSeconds } from './room/token.ts';
import { EndUsers } from './speakers/end-users.ts';
import { Speakers } from './speakers/speakers.ts';
import { openLog, type Log } from './telemetry/log.ts';
import { openMetrics, type Metrics } from './telemetry/metrics.ts';

/*
 * The server: HTTP, keys, database, dispatch, and, as children, LiveKit, the embedded provider and agent processes.
 * Each thing is owned by the scope as soon as it is open, so that closing goes backwards (docs/closing.md).
 */
const clock = systemClock;
const agentName = 'parley';
/** Sessions end within milliseconds; storing their last turns may take a busy database longer. */
const drainMs = 10_000;

/**
 * An agent process makes little garbage, but V8 and malloc keep room for much. Measured with eight sessions: 175 MB with
 * these, 268 MB without, at the same CPU time (docs/performance.md).
 */
const agentNodeArgs = ['--max-semi-space-size=1', '--optimize-for-size'];
const agentMalloc = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' };

async function main(): Promise<void> {
  const root = await projectRoot();
  const config = loadConfig(process.env, root);
  const log = openLog('server', config.log);
  const scope = new Scope('server', (child, err) => {
    log.error({ err, child }, 'closing failed');
  });
  stopOnSignals(scope, log);
  try {
    await serve(root, config, log, scope);
  } catch (err) {
    if (scope.closed) return;
    await scope.close();
    throw err;
  }
}

async function serve(root: string, config: Config, log: Log, scope: Scope): Promise<void> {
  const { dataDir } = config;
  const metrics = openMetrics();
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
  const keys = new Keys({ db, clock, onWorkspaceMade: plantSeeds });
  const first = await firstApiKey(dataDir, config.firstApiKey);
  const { workspaceId, revoked } = await keys.ensureFirstKey(first.key);
  if (revoked)
    log.warn(
      'the first key was revoked: set another PARLEY_API_KEY, or make one with npm run keys',
    );
  await scope.own('key administration', serveAdmin(dataDir, keys, log));

  let onLiveKitUp: () => void = () => undefined;
  const livekit = await openLiveKit(root, config, secrets, log, scope, () => {
    onLiveKitUp();
  });
  const providers = await providerSettings(root, config, log, scope);

  const characters = new Characters(db);
  const conversations = new Conversations(db);
  const turns = new Turns(db);
  const tokenLifeMs = defaultJoinWithinSeconds * 1000;
  const sessions = new VoiceSessions(db);
  const { privateHosts } = config;
  const sealer = new Sealer(await sealingSecret(dataDir, config.sealingSecret));
  const guard = new AddressGuard(privateHosts);
  const onUnreadable = (id: string) => {
    log.error({ id }, 'what a character calls was sealed with another secret');
  };
  const functions = new Functions({ db, sealer, guard, onUnreadable });
  const mcpServers = new McpServers({ db, sealer, guard, onUnreadable });
  const models = new OwnModels({
    ...{ db, sealer, guard, privateHosts },
    onUnreadable: (groupName) => {
      log.error({ groupName }, 'the key of a registered model was sealed with another secret');
    },
  });
  const narratives = new Narratives(db);
  const speakers = new Speakers({ db, clock, forget: [forgetPerson, forgetSpeaker] });
  const remembering = new Remembering({
    ...{ db, clock, log, characters, models, turns, sessions, speakers },
    providers: openProviders(providers, { clock }),
    budgetTokens: promptBudget(providers.llm.contextTokens),
  });
  const usage = new KeyUsage(db, clock);
  const {
    sessionsPerProcess: maxSessions,
    warmRoomsPerProcess,
    joinTimeoutMs,
    idle,
  } = config.agents;
  const { mostCharacters } = config.rooms;
  const embedding = embeddingOf(config);
  const knowledge = await scope.own(
    'knowledge',
    Knowledge.open(database, { embedding, extract: threadExtraction(clock), clock, log }),
  );
  const facts = memorySource({
    ...{ memories: remembering.recollecting.memories, speakers, characters, clock },
    leastCosine: embedding.leastCosine,
    vectors: new FactVectors({
      ...{ embedding, clock },
      onFailed: (err) => {
        log.warn({ err }, 'facts could not be embedded');
      },
    }),
  });
  const recall = new Recall([knowledgeSource(knowledge.search, clock), facts], { clock, log });
  const store = new SessionStore({
    ...{ sessions, participants: new Participants(db), characters, models, conversations, turns },
    narratives,
    tools: (workspaceId, characterId) =>
      toolsOf(workspaceId, characterId, { functions, mcpServers, privateHosts }),
    ...{ clock, tokenLifeMs, holdMs: joinTimeoutMs, mostCharacters, recall },
    recollecting: remembering.recollecting,
    afterwork: remembering.desk,
  });
  const line = new AgentLine({ secret: secrets.agentSecret, clock, log });
  const dispatch = new Dispatch({
    rooms: livekitRooms(livekit, agentName),
    store: {
      open: ({ keyId, ...session }) => usage.opening(keyId, session.id, () => store.open(session)),
      locate: (workspaceId, locator) => store.locate(workspaceId, locator),
      admit: (place) => store.admit(place),
      attend: (sessionId, here) => store.attend(sessionId, here),
      commandRoster: (sessionId, command) => store.commandRoster(sessionId, command),
      loadAssignment: (roomName) => store.loadAssignment(roomName),
      markJoined: (sessionId) => store.markJoined(sessionId),
      keepContext: (sessionId, context) => store.keepContext(sessionId, context),
      recall: (sessionId, query, membershipId) => store.recall(sessionId, query, membershipId),
      end: (sessionId, reason) => store.end(sessionId, reason),
      listOpen: () => store.listOpen(),
      appendTurn: async (sessionId, turn, membershipId) => {
        await store.appendTurn(sessionId, turn, membershipId);
        if (turn.status !== 'open') observe(metrics, turn);
      },
    },
    welcome: () => ({ livekit, agentName, providers, maxSessions, idle }),
    push: (agentId, push) => line.push(agentId, push),
    rules: { ...defaultPoolRules, maxSessions, warmPerAgent: warmRoomsPerProcess, joinTimeoutMs },
    tokenLifeMs,
    clock,
    log,
  });
  await scope.own('dispatch', dispatch);
  remembering.onSummary = (newer) => {
    dispatch.tell({ push: 'summary', ...newer });
  };
  await remembering.start();
  await scope.own('remembering', remembering);
  onLiveKitUp = () => {
    dispatch.livekitRestarted();
  };
  await dispatch.recover();
  gauges(metrics, dispatch);
  const end = (sessionId: string) => {
    dispatch.end(sessionId, 'usage_limit');
  };
  await scope.own('limits', new LimitWatch({ usage, end, clock, log }));
  const history = new ChatHistory(db);
  const written = new WrittenTurns(db);
  const ownLine = openProviders(providers, { clock });
  const textChat = new TextChat({
    ...{ turns, written, models, recall, providers: ownLine, clock, log },
    recollecting: remembering.recollecting,
    onKept: ({ conversationId }, turn) => {
      observe(metrics, turn);
      if (conversationId !== null) void remembering.desk.turnWritten(conversationId);
    },
  });
  const app = createApp({
    log,
    clock,
    metrics,
    keys,
    characters,
    conversations,
    turns,
    speakers,
    memories: remembering.recollecting.memories,
    endUsers: new EndUsers({ db, speakers }),
    mostCharacters,
    dispatch,
    livekit: { ...livekit, agentName },
    roomUrl: roomUrlOf(config),
    health: {
      database: () => database.ping(),
      livekit: async () => {
        await fetch(livekit.url.replace(/^ws/, 'http'), { signal: AbortSignal.timeout(800) });
      },
      agents: () =>
        dispatch.count().accepting > 0
          ? Promise.resolve()
          : Promise.reject(new Error('no agent takes sessions')),
    },
    crafting: crafting(config, providers, {
      ...{ characters, models, narratives, functions, mcpServers },
      documents: knowledge.documents,
      history,
    }),
    aiChat: openAiChat(config, {
      ...{ db, characters, conversations, history, written, speakers, textChat, clock, log },
      providers: ownLine,
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
    ...{ keys, clock, log, stt: openProviders(providers, { clock }).stt },
    openVad: () => SileroVad.open(),
  });
  line.attach(server, (request, socket, head) => transcription.take(request, socket, head));
  line.serve(dispatch);
  await scope.own('http', listen(server, config.http));
  await scope.own('transcription', transcription);
  // Closes before HTTP: a journal is an open connection that HTTP would wait for.
  await scope.own('agent line', line);
  startAgents(root, config, secrets, log, scope);
  scope.defer('new sessions', () => {
    dispatch.stop();
  });
  await agentIsReady(dispatch, scope.signal);
  sayReady(config, first);
}

/** What the crafting APIs answer with: the server's own line to the providers beside the nouns. */
function crafting(
  { stages, voices, privateHosts }: Config,
  settings: ProviderSettings,
  nouns: Pick<
    CraftingDeps,
    'characters' | 'models' | 'narratives' | 'functions' | 'mcpServers' | 'history' | 'documents'
  >,
): CraftingDeps {
  const { llm, tts } = openProviders(settings, { clock });
  const usualVoice = settings.tts.voice ?? 'alloy';
  const isOpenAi = new URL(settings.tts.baseUrl).hostname === 'api.openai.com';
  const kind = isOpenAi ? 'openai' : 'other';
  return {
    ...nouns,
    llm,
    tts,
    links: [documentLink(nouns.documents), functionLink(nouns.functions)],
    probe: (server) => probeMcp(server, { clock, privateHosts }),
    usualModel: settings.llm.model,
    usualVoice,
    voices: voiceSection({
      configured: voices,
      kind: stages.tts.kind === 'offline' ? 'embedded' : kind,
      usualVoice,
    }),
  };
}

/** LIVEKIT_URL's, or our own. */
async function openLiveKit(
  root: string,
  { livekit, http, livekitNodeIp, cacheDir }: Config,
  { livekitApiKey: apiKey, livekitApiSecret: apiSecret }: Secrets,
  log: Log,
  scope: Scope,
  onUp: () => void,
): Promise<LivekitDoor> {
  if (livekit.kind === 'external') {
    return { url: livekit.url, apiKey: livekit.apiKey, apiSecret: livekit.apiSecret };
  }
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  const { url } = await scope.own(
    'livekit',
    startEmbeddedLiveKit(
      {
        host: http.host,
        nodeIp: livekitNodeIp,
        ports: livekit.ports,
        keys: { apiKey, apiSecret },
        templatePath: join(root, 'livekit.yaml'),
        find: findSettings(env, cacheDir, root),
      },
      {
        clock,
        log,
        report: say,
        signal: scope.signal,
        onChange: (state) => {
          if (state === 'up') onUp();
        },
      },
    ),
  );
  return { url, apiKey, apiSecret };
}

/** Stages that nothing was configured for are served by the embedded provider. */
async function providerSettings(
  root: string,
  config: Config,
  log: Log,
  scope: Scope,
): Promise<ProviderSettings> {
  const { sttStreaming, llmVision: vision } = config;
  const { llm, stt, tts, moderation } = config.stages;
  const isNeeded = [llm, stt, tts].some(({ kind }) => kind === 'offline');
  const offline = isNeeded
    ? await scope.own(
        'embedded provider',
        startOffline({ root, cacheDir: config.cacheDir, clock, log }),
      )
    : undefined;
  const embedded = { baseUrl: offline?.baseUrl ?? '', model: 'parley-offline' };
  return {
    llm: {
      ...(llm.kind === 'openai' ? llm.settings : embedded),
      vision,
      ...(config.contextTokens !== undefined && { contextTokens: config.contextTokens }),
    },
    stt:
      stt.kind === 'openai'
        ? { ...stt.settings, streaming: sttStreaming }
        : { ...embedded, streaming: sttStreaming },
    tts: tts.kind === 'openai' ? tts.settings : embedded,
    ...(moderation && { moderation }),
  };
}

/** Vectors are made on the server alone, and with the embedded provider without asking it. */
function embeddingOf({ stages: { embeddings } }: Config): Embedding {
  return embeddings.kind === 'openai'
    ? new OpenAiEmbedding(embeddings.settings, { clock })
    : builtInEmbedding;
}

function startAgents(root: string, config: Config, secrets: Secrets, log: Log, scope: Scope): void {
  const { PATH = '', HOME = '' } = process.env;
  const program = join(root, 'dist/src/agent.js');
  const agents = new AgentProcesses({
    count: config.agents.processes,
    nodeArgs: [...process.execArgv, ...agentNodeArgs, program, '--server', localUrl(config)],
    env: {
      PATH,
      HOME,
      ...agentMalloc,
      PARLEY_AGENT_SECRET: secrets.agentSecret,
      LOG_FORMAT: 'json',
      LOG_LEVEL: config.log.level,
      LOG_PRIVATE: String(config.log.includePrivate),
    },
    drainMs,
    clock,
    log,
  });
  scope.defer('agent processes', () => agents.close());
}

/** Waits until a conversation could begin; at the first start an agent needs a few seconds. */
async function agentIsReady(dispatch: Dispatch, signal: AbortSignal): Promise<void> {
  while (dispatch.count().free === 0) await sleep(clock, 50, signal);
}

function observe(metrics: Metrics, turn: TurnRecord): void {
  const { providers = {}, ...stages } = turn.stages;
  metrics.turn({ ...turn, stages, providers });
}

function gauges(metrics: Metrics, dispatch: Dispatch): void {
  metrics.gauge('agents', 'Connected agent processes.', () => dispatch.count().agents);
  metrics.gauge('sessions_live', 'Sessions whose client is there.', () => dispatch.count().live);
  metrics.gauge(
    'sessions_claimed',
    'Sessions that wait for their client.',
    () => dispatch.count().claimed,
  );
  metrics.gauge('rooms_warm', 'Rooms in which an agent waits.', () => dispatch.count().warm);
  metrics.gauge('sessions_free', 'Sessions that could begin now.', () => dispatch.count().free);
}

function roomUrlOf({ livekit, livekitPublicUrl }: Config) {
  if (livekitPublicUrl !== undefined) return { kind: 'fixed', url: livekitPublicUrl } as const;
  return livekit.kind === 'external'
    ? ({ kind: 'fixed', url: livekit.url } as const)
    : ({ kind: 'followHost', port: livekit.ports.http } as const);
}

/** This server, from this machine. */
function localUrl({ http: { host, port } }: Config): string {
  const isAny = host === '0.0.0.0' || host === '::';
  const name = isAny ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function sayReady(config: Config, first: { key: string; made: boolean; path?: string }): void {
  const { llm, stt, tts } = config.stages;
  const offline = [llm, stt, tts].some(({ kind }) => kind === 'offline');
  say(`Parley is ready: ${localUrl(config)}`);
  if (first.made) say(`Your API key, shown this once: ${first.key}`);
  if (first.path !== undefined) say(`(The key is kept in ${first.path}; npm run keys makes more.)`);
  if (offline) {
    say(
      'The embedded provider speaks, hears or answers: no language model. Set OPENAI_API_KEY, or see README.',
    );
  }
}

/** For the person at the terminal; logs are for machines. */
function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The nearest folder above that holds our package.json: the same whether compiled or not. */
async function projectRoot(): Promise<string> {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) return folder;
    if (folder === dirname(folder))
      throw new SetUpFailed('package.json is missing: start from the project folder.');
  }
}

async function versionOf(root: string): Promise<string> {
  const text = await readFile(join(root, 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/** Through npm, Ctrl-C arrives twice within a millisecond; only a later second signal means impatience. */
function stopOnSignals(scope: Scope, log: Log): void {
  let firstAtMs: number | undefined;
  const stop = (signal: NodeJS.Signals) => {
    const nowMs = clock.nowMs();
    if (firstAtMs === undefined) {
      firstAtMs = nowMs;
      log.info({ signal }, 'stopping');
      void scope.close().then(() => process.exit(0));
    } else if (nowMs - firstAtMs > 1_000) process.exit(1);
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}

main().catch((error: unknown) => {
  const isForOperator =
    error instanceof SetUpFailed ||
    error instanceof ConfigError ||
    error instanceof DataFolderInUse;
  console.error(isForOperator ? error.message : error);
  process.exit(1);
});
