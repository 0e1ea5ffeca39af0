import { randomUUID } from 'node:crypto';
import { Conversations } from '../../src/chats/conversations.ts';
import { Turns } from '../../src/chats/turns.ts';
import { VoiceSessions } from '../../src/chats/voice-sessions.ts';
import type { Database } from '../../src/db/db.ts';
import type { CraftingDeps } from '../../src/http/routes/convai/crafting.ts';
import { ensureWorkspace } from '../../src/keys/workspaces.ts';
import type { TurnRecord } from '../../src/protocol/turn-record.ts';
import { aSession, aTurn } from '../contracts/storage/storage.ts';
import { newDatabase } from '../fakes/new-database.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { startApp, type AppServer } from './app-server.ts';
import { craftingDeps } from './crafting-deps.ts';

export const ownerKey = 'key-of-owner';
export const strangerKey = 'key-of-stranger';

/** The crafting APIs over a real database and a scripted provider, with two workspaces that begin empty. */
export class CraftingServer {
  private constructor(
    readonly app: AppServer,
    readonly database: Database,
    readonly provider: ScriptedProvider,
    readonly crafting: CraftingDeps,
    readonly workspaceId: string,
  ) {}

  static async start(
    change: (deps: CraftingDeps) => Partial<CraftingDeps> = () => ({}),
  ): Promise<CraftingServer> {
    const database = await newDatabase();
    const provider = await ScriptedProvider.open();
    const nothing = () => Promise.resolve();
    const owner = await ensureWorkspace(database.db, `owner ${randomUUID()}`, nothing);
    const stranger = await ensureWorkspace(database.db, `stranger ${randomUUID()}`, nothing);
    const callers = new Map([
      [ownerKey, { workspaceId: owner, keyId: 'key-1' }],
      [strangerKey, { workspaceId: stranger, keyId: 'key-2' }],
    ]);
    const usual = craftingDeps(database.db, provider.baseUrl);
    const crafting = { ...usual, ...change(usual) };
    const app = await startApp(() => ({
      crafting,
      characters: crafting.characters,
      keys: { verify: (key) => Promise.resolve(callers.get(key)) },
      rateLimits: { perKey: 100_000, perAddress: 100_000, failedPerAddress: 100_000 },
    }));
    return new CraftingServer(app, database, provider, crafting, owner);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.provider.close();
    await this.database.close();
  }

  /** As the documented curl examples send it. */
  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.app.url}${path}`, {
      method: 'POST',
      headers: {
        'CONVAI-API-KEY': ownerKey,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.app.url}${path}`, { headers: { 'CONVAI-API-KEY': ownerKey, ...headers } });
  }

  /** @returns the JSON of an answer that must be 200 */
  async json(path: string, body?: unknown, headers?: Record<string, string>): Promise<unknown> {
    const answer = await this.post(path, body, headers);
    if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  /** @returns its id */
  async character(fields: Record<string, unknown> = {}): Promise<string> {
    const draft = { name: 'Raymond', backstory: 'Raymond collects islands.', ...fields };
    return (await this.crafting.characters.create(this.workspaceId, draft)).character.id;
  }

  /** A conversation as a voice session leaves it. @returns its id */
  async conversation(characterId: string, turns: Partial<TurnRecord>[]): Promise<string> {
    const { db } = this.database;
    const { workspaceId } = this;
    const of = { workspaceId, characterId, endUserId: null };
    const { id: conversationId } = await new Conversations(db).open(of);
    const session = await new VoiceSessions(db).open(aSession({ workspaceId, conversationId }));
    for (const turn of turns) await new Turns(db).append(session.id, aTurn(turn));
    return conversationId;
  }
}
