import express, { type Express } from 'express';
import type { Clock } from '../lifetime/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { requireCaller, type KeyVerifier } from './api-key.ts';
import { cors } from './cors.ts';
import { jsonBody } from './json-body.ts';
import { LocalPage } from './local-page.ts';
import { observe } from './observe.ts';
import { pageSecurity } from './page-security.ts';
import { defaultRateLimits, rateLimiters, type RateLimits } from './rate-limit.ts';
import { NotFound } from './refusals.ts';
import { convaiDialect, renderErrors } from './render-error.ts';
import type { Caller } from './request-context.ts';
import { unreadableIs400 } from './routes/convai/crafting-dialect.ts';
import { endUserRoutes, type EndUsersDeps } from './routes/convai/end-users.ts';
import { memoryOperations } from './routes/convai/memory-operations.ts';
import { memoryRoutes, type MemoryDeps } from './routes/convai/memory.ts';
import { aiChatRoutes, type AiChatDeps } from './routes/ai-chat/ai-chat.ts';
import { aiChatOperations } from './routes/ai-chat/operations.ts';
import { connectOperation, connectRoute, type ConnectDeps } from './routes/convai/connect.ts';
import type { CharacterLookup } from './routes/convai/room-content.ts';
import { speakerOperations, speakerRoutes, type SpeakersDeps } from './routes/convai/speakers.ts';
import { craftingOperations } from './routes/convai/crafting-operations.ts';
import { craftingRoutes, type CraftingDeps } from './routes/convai/crafting.ts';
import { knowledgeOperations } from './routes/convai/knowledge-operations.ts';
import { narrativeOperations } from './routes/convai/narrative-operations.ts';
import { toolOperations } from './routes/convai/tool-operations.ts';
import { healthOperations, healthRoutes, type HealthChecks } from './routes/health.ts';
import { metricsOperation, metricsRoute } from './routes/metrics.ts';
import { openApiRoutes } from './routes/openapi.ts';
import {
  playgroundOperations,
  playgroundRoutes,
  type CharacterList,
  type PlaygroundSettings,
} from './routes/playground.ts';
import { turnsOperation, turnsRoute, type TurnReader } from './routes/turns.ts';
import { messageOperations } from './routes/xingchen/message-operations.ts';
import { xingchenOperations } from './routes/xingchen/operations.ts';
import { xingchenRoutes, type XingchenDeps } from './routes/xingchen/xingchen.ts';

export type AppDeps = Omit<ConnectDeps, 'characters' | 'speakers'> & {
  speakers: ConnectDeps['speakers'] & SpeakersDeps['speakers'] & MemoryDeps['speakers'];
  memories: MemoryDeps['memories'] & EndUsersDeps['memories'];
  endUsers: EndUsersDeps['endUsers'];
  crafting: CraftingDeps;
  aiChat: AiChatDeps;
  xingchen: XingchenDeps;
  log: Log;
  clock: Clock;
  metrics: Metrics;
  keys: KeyVerifier;
  characters: CharacterLookup & CharacterList;
  turns: TurnReader;
  health: HealthChecks;
  playground: PlaygroundSettings;
  /** In whose name the playground acts without a key on this machine; undefined asks for a key there too. */
  localCaller: Caller | undefined;
  /**
   * Which proxies' X-Forwarded-* headers are believed, as express takes it: false for none, the number of proxies
   * in front, or their addresses. Wrong, and any client can choose its own address.
   */
  trustProxy: false | number | string[];
  rateLimits?: RateLimits;
};

/**
 * The whole HTTP side. Order matters: every answer has CORS headers and a trace id; an address is counted before a
 * key is looked up; a key is checked before a body is read.
 */
export function createApp(deps: AppDeps): Express {
  const { log } = deps;
  const app = express();
  app.set('trust proxy', deps.trustProxy);
  app.disable('x-powered-by');
  app.disable('etag');

  const limiters = rateLimiters(deps.rateLimits ?? defaultRateLimits);
  const localPage = new LocalPage();
  const ownSecurity = pageSecurity(deps.roomUrl);
  const withCaller = requireCaller({
    keys: deps.keys,
    localPage,
    localCaller: deps.localCaller,
    failedAttempts: limiters.failedPerAddress,
  });

  app.use(observe(deps), cors);
  // Probes come often, from few addresses, and must not be refused.
  app.use(healthRoutes(deps.health, log));
  app.use(limiters.perAddress);
  app.use(metricsRoute(deps.metrics, withCaller));

  const operations = [
    connectOperation,
    turnsOperation,
    ...speakerOperations,
    ...memoryOperations,
    ...craftingOperations,
    ...knowledgeOperations,
    ...narrativeOperations,
    ...toolOperations,
    ...aiChatOperations,
    ...xingchenOperations,
    ...messageOperations,
    ...playgroundOperations,
    ...healthOperations,
    metricsOperation,
  ];
  app.use(openApiRoutes(operations, deps.playground.version));

  const { failedPerAddress: failedAttempts, perKey: rate } = limiters;
  const appGuards = { caller: withCaller, failedAttempts, rate };
  app.use('/api/v1', aiChatRoutes(deps.aiChat, appGuards, log));
  app.use('/v2/api', xingchenRoutes(deps.xingchen, appGuards, log));
  app.use(turnsRoute(deps.turns, [withCaller, limiters.perKey]));
  const guards = [withCaller, limiters.perKey, ...jsonBody()];
  app.use(connectRoute(deps, guards));
  app.use(speakerRoutes(deps, guards));
  app.use(memoryRoutes(deps, guards), endUserRoutes(deps, guards));
  app.use(['/memory', '/user/end-users'], unreadableIs400);
  app.use(craftingRoutes(deps.crafting, [withCaller, limiters.perKey], log));

  app.use(
    playgroundRoutes({
      ...deps.playground,
      characters: deps.characters,
      requireCaller: withCaller,
      pageSecurity: ownSecurity,
      localPage,
      localCaller: deps.localCaller,
    }),
  );
  app.use(() => {
    throw new NotFound();
  });
  app.use(renderErrors(convaiDialect, log));
  return app;
}
