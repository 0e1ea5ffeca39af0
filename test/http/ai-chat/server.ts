import { createServer, type Server } from 'node:http';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { plantSeeds } from '../../../src/characters/plant-seeds.ts';
import type { Characters } from '../../../src/characters/characters.ts';
import type { Database } from '../../../src/db/db.ts';
import { openAiChat } from '../../../src/http/routes/ai-chat/open.ts';
import { Keys } from '../../../src/keys/keys.ts';
import { systemClock } from '../../../src/lifetime/clock.ts';
import { EndUsers } from '../../../src/speakers/end-users.ts';
import { newDatabase } from '../../fakes/new-database.ts';
import { ScriptedProvider } from '../../fakes/scripted-provider.ts';
import { startApp, type AppServer } from '../app-server.ts';
import { craftingDeps } from '../crafting-deps.ts';
import { aiChatNouns, type AiChatParts } from './deps.ts';

const Issued = z.object({
  data: z.object({ userId: z.string(), tokenId: z.string(), token: z.string() }),
});
export type Issued = z.infer<typeof Issued>['data'];
/** @property from another server than the first */
type AppRequest = RequestInit & { token?: string; from?: AppServer };

/** The app API, and Convai's beside it, over a real database, a scripted provider, and local sources of weather and news. */
export class AiChatServer {
  /** What `/weather` and `/news` answer; undefined: 500. */
  weather: string | undefined;
  news: string | undefined;
  /** What the sources were asked. */
  readonly asked: string[] = [];
  #token = '';

  private constructor(
    readonly app: AppServer,
    readonly database: Database,
    readonly provider: ScriptedProvider,
    readonly characters: Characters,
    /** Of the default workspace, and of another one. */
    readonly keys: { own: string; other: string },
    readonly workspaceId: string,
    /** A second process over the same database. */
    readonly second: AppServer,
    /** Moved on by tests: how much later it is than it was. */
    readonly later: { ms: number },
    private readonly sources: Server,
    private readonly folder: string,
  ) {}

  static async start({ withSources = true } = {}): Promise<AiChatServer> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-ai-chat-'));
    const database = await newDatabase();
    const { db } = database;
    const later = { ms: 0 };
    const clock = {
      ...systemClock,
      nowMs: () => systemClock.nowMs() + later.ms,
      nowAt: () => new Date(Date.now() + later.ms),
    };
    const keys = new Keys({ db, clock, onWorkspaceMade: plantSeeds });
    const limits = { maxSessions: null, maxMinutesPerDay: null };
    const own = await keys.create({ name: 'own', workspace: 'default', limits });
    const other = await keys.create({ name: 'other', workspace: 'other', limits });
    const { workspaceId } = (await keys.verify(own.key)) ?? { workspaceId: '' };
    const provider = await ScriptedProvider.open();
    const sources = createServer((request, response) => {
      const url = request.url ?? '';
      server.asked.push(url);
      const body = url.startsWith('/weather') ? server.weather : server.news;
      response.writeHead(body === undefined ? 500 : 200).end(body);
    });
    await new Promise<void>((done) => sources.listen(0, '127.0.0.1', done));
    const address = sources.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const at = `http://127.0.0.1:${port}`;
    const place = { place: '北京', latitude: 39.9042, longitude: 116.4074 };
    const process_ = (dataDir: string) => ({
      ...{ db, clock },
      baseUrl: provider.baseUrl,
      settings: {
        dataDir,
        voiceCacheBytes: 50_000_000,
        skills: withSources
          ? {
              weather: { url: `${at}/weather`, ...place },
              news: { url: `${at}/news`, name: '百度' },
            }
          : { weather: undefined, news: undefined },
      },
    });
    const serve = async (parts: AiChatParts) => {
      const nouns = aiChatNouns(parts);
      const { characters, history, speakers } = nouns;
      const app = await startApp(() => ({
        aiChat: openAiChat(parts.settings, nouns),
        // Convai's APIs on the same conversations.
        crafting: { ...craftingDeps(db, provider.baseUrl), characters, history },
        ...{ keys, speakers, endUsers: new EndUsers({ db, speakers }) },
        rateLimits: { perKey: 100_000, perAddress: 100_000, failedPerAddress: 100_000 },
      }));
      return { app, characters };
    };
    const { app, characters } = await serve(process_(folder));
    const { app: second } = await serve(process_(join(folder, 'second')));
    const server: AiChatServer = new AiChatServer(
      ...([app, database, provider, characters] as const),
      { own: own.key, other: other.key },
      workspaceId,
      second,
      later,
      sources,
      folder,
    );
    server.#token = (await server.user({ name: '小明' })).token;
    return server;
  }

  /** Files of spoken answers. */
  sounds(): Promise<string[]> {
    return readdir(join(this.folder, 'voices'));
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.second.close();
    await this.provider.close();
    this.sources.closeAllConnections();
    await new Promise((done) => this.sources.close(done));
    await this.database.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** As the user of all tests that name no other. */
  fetch(path: string, init: AppRequest = {}): Promise<Response> {
    const { token = this.#token, from = this.app, ...rest } = init;
    return fetch(`${from.url}${path}`, {
      ...rest,
      headers: {
        Authorization: `Bearer ${token}`,
        ...Object.fromEntries(new Headers(init.headers)),
      },
    });
  }

  post(path: string, body: unknown, init: AppRequest = {}) {
    return this.fetch(path, {
      ...init,
      method: 'POST',
      body: JSON.stringify(body),
      headers: {
        'Content-Type': 'application/json',
        ...Object.fromEntries(new Headers(init.headers)),
      },
    });
  }

  /** A user with a token of their own. */
  async user(body: Record<string, unknown> = {}, token = this.keys.own): Promise<Issued> {
    const answer = await this.post('/api/v1/users', body, { token });
    return Issued.parse(await answer.json()).data;
  }
}
