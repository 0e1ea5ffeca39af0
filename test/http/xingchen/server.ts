import { request } from 'node:http';
import * as z from 'zod';
import { Characters } from '../../../src/characters/characters.ts';
import { plantSeeds } from '../../../src/characters/plant-seeds.ts';
import type { Database } from '../../../src/db/db.ts';
import type { DocumentLinks } from '../../../src/http/routes/xingchen/knowledge-bases.ts';
import { Pictures } from '../../../src/images/pictures.ts';
import { Keys } from '../../../src/keys/keys.ts';
import { systemClock } from '../../../src/lifetime/clock.ts';
import { CreatedAnswer } from '../../../src/protocol/xingchen/character.ts';
import { OpenAiImages } from '../../../src/providers/images/openai.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import { newDatabase } from '../../fakes/new-database.ts';
import { ScriptedProvider } from '../../fakes/scripted-provider.ts';
import { startApp, type AppServer } from '../app-server.ts';
import { xingchenDeps } from './deps.ts';

export type Answered = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
};

/** The Xingchen API over a real database and a scripted provider; every request is of the own workspace unless it says. */
export class XingchenServer {
  /** Whether connecting documents fails. */
  refuseLinks = false;

  private constructor(
    readonly app: AppServer,
    readonly database: Database,
    readonly provider: ScriptedProvider,
    private readonly pictures: Pictures,
    readonly characters: Characters,
    /** Of the default workspace, and of another one. */
    readonly keys: { own: string; other: string },
    readonly workspaces: { own: string; other: string },
    /** What was linked. */
    readonly links: { characterId: string; wishes: readonly { id: string; isActive: boolean }[] }[],
    /** Of the own workspace. */
    readonly documentIds: string[],
  ) {}

  /** @param documentIds that the own workspace has */
  static async start(
    documentIds: string[] = [],
    { draws = false, inspects = false } = {},
  ): Promise<XingchenServer> {
    const database = await newDatabase();
    const { db } = database;
    const keys = new Keys({ db, clock: systemClock, onWorkspaceMade: plantSeeds });
    const limits = { maxSessions: null, maxMinutesPerDay: null };
    const own = await keys.create({ name: 'own', workspace: 'default', limits });
    const other = await keys.create({ name: 'other', workspace: 'other', limits });
    const workspaceOf = async (key: string) => (await keys.verify(key))?.workspaceId ?? '';
    const workspaces = { own: await workspaceOf(own.key), other: await workspaceOf(other.key) };
    const provider = await ScriptedProvider.open();
    const links: XingchenServer['links'] = [];
    const documents: DocumentLinks = {
      list: (workspaceId) =>
        Promise.resolve(workspaceId === workspaces.own ? documentIds.map((id) => ({ id })) : []),
      link: (_workspaceId, characterId, wishes) => {
        if (server.refuseLinks) return Promise.reject(new Error('the link is refused'));
        links.push({ characterId, wishes });
        return Promise.resolve();
      },
    };
    const { baseUrl } = provider;
    const clock = systemClock;
    const painter = new OpenAiImages({ baseUrl, model: 'painter' }, { clock });
    const pictures = await Pictures.open(database, {
      ...{ provider: draws ? painter : undefined, clock, log: silentLog },
    });
    const app = await startApp(() => ({
      xingchen: xingchenDeps({ db, baseUrl, documents, pictures, inspects }),
      keys,
      rateLimits: { perKey: 100_000, perAddress: 100_000, failedPerAddress: 100_000 },
    }));
    const server: XingchenServer = new XingchenServer(
      ...([app, database, provider, pictures, new Characters(db)] as const),
      ...([{ own: own.key, other: other.key }, workspaces, links, documentIds] as const),
    );
    return server;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.pictures.close();
    await this.provider.close();
    await this.database.close();
  }

  /** Sends headers as they stand; `fetch` would refuse some. */
  send(
    method: string,
    path: string,
    { headers = {}, body, key = this.keys.own }: Sending = {},
  ): Promise<Answered> {
    const sent = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    return new Promise((done, fail) => {
      const outgoing = request(
        `${this.app.url}${path}`,
        {
          method,
          headers: {
            ...(sent !== undefined && { 'Content-Type': 'application/json' }),
            Authorization: `Bearer ${key}`,
            ...headers,
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', fail);
          incoming.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            done({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
          });
        },
      );
      outgoing.on('error', fail);
      outgoing.end(sent);
    });
  }

  /** The parsed answer. */
  async post(path: string, body: unknown, key = this.keys.own): Promise<unknown> {
    return JSON.parse((await this.send('POST', `/v2/api${path}`, { body, key })).text);
  }

  async get(path: string, key = this.keys.own): Promise<unknown> {
    return JSON.parse((await this.send('GET', `/v2/api${path}`, { key })).text);
  }

  /** @returns its id */
  async create(fields: Record<string, unknown> = {}, key = this.keys.own): Promise<string> {
    const character = { name: '小婉', basicInformation: '小婉今年17岁。', ...fields };
    return CreatedAnswer.parse(await this.post('/character/create', character, key)).data
      .characterId;
  }

  /** The number of the answer's events, parsed, and what they are called. */
  async events(
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; events: { event: string; data: unknown }[] }> {
    const { status, text } = await this.send('POST', '/v2/api/chat/send', {
      headers: { 'X-AcA-SSE': 'enable', ...headers },
      body,
    });
    return { status, events: eventsIn(text) };
  }
}

type Sending = { headers?: Record<string, string>; body?: unknown; key?: string };

/** Read as the documented client reads: by its lines, without a blank behind the colon. */
export function eventsIn(text: string): { event: string; data: unknown }[] {
  return text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const lines = block.split('\n');
      const event = lines.find((line) => line.startsWith('event:'))?.slice('event:'.length);
      const data = lines.find((line) => line.startsWith('data:'))?.slice('data:'.length) ?? '';
      return { event: event ?? 'message', data: z.unknown().parse(JSON.parse(data)) };
    });
}

/** A question to a character. */
export const asking = (
  characterId: string,
  words: string,
  more: { userId?: string; context?: unknown; aca?: unknown; parameters?: unknown } = {},
) => ({
  input: {
    messages: [{ name: '小明', role: 'user', content: words }],
    aca: {
      botProfile: { characterId },
      userProfile: { userId: more.userId ?? '123456789', userName: '小明' },
      ...(more.context !== undefined && { context: more.context }),
      ...z.looseObject({}).parse(more.aca ?? {}),
    },
  },
  ...(more.parameters !== undefined && { parameters: more.parameters }),
});
