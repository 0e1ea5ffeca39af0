import { and, count, desc, eq } from 'drizzle-orm';
import * as z from 'zod';
import type { Db } from '../db/db.ts';
import { characterMcpServers, mcpServers } from '../db/schema.ts';
import { SealBroken, type Sealer } from '../db/sealer.ts';
import { isUuid } from '../db/uuid.ts';
import { AddressGuard } from '../net/address-guard.ts';
import type { McpServer } from '../protocol/tool-settings.ts';
import {
  Headers,
  McpServerInvalid,
  McpServerUnknown,
  type ServerChange,
  type ServerDraft,
  type StoredServer,
} from './mcp-server-fields.ts';

/** What holds where a server says nothing, as documented. */
const usual = { timeoutSeconds: 30, resultChars: 4_000 };
const mostServers = 200;
const mostPerCharacter = 20;

export type McpServersDeps = {
  db: Db;
  sealer: Sealer;
  guard: AddressGuard;
  onUnreadable: (serverId: string) => void;
};

/** Model Context Protocol servers of workspaces, and which characters use them. */
export class McpServers {
  constructor(private readonly deps: McpServersDeps) {}

  /** @throws {McpServerInvalid} */
  async create(workspaceId: string, draft: ServerDraft): Promise<StoredServer> {
    refuseOauth(draft.auth_type);
    await this.refuseAddress(draft.url);
    const { db, sealer } = this.deps;
    const own = eq(mcpServers.workspaceId, workspaceId);
    const [there] = await db.select({ count: count() }).from(mcpServers).where(own);
    if (there && there.count >= mostServers)
      throw new McpServerInvalid(`A workspace has at most ${mostServers} servers.`);
    const id = crypto.randomUUID();
    const headers = JSON.stringify(draft.auth_headers ?? {});
    const [made] = await db
      .insert(mcpServers)
      .values({
        id,
        workspaceId,
        name: draft.name,
        description: draft.description ?? '',
        url: draft.url,
        transport: draft.transport,
        headersSealed: sealer.seal(headers, placeOf(workspaceId, id)),
        toolsAllowlist: draft.tools_allowlist ?? null,
        timeoutSeconds: draft.timeout_s ?? null,
        resultMaxChars: draft.result_max_chars ?? null,
      })
      .returning();
    if (!made) throw new Error('a server was not stored');
    return this.#read(made);
  }

  /** An empty header value keeps the stored one. @throws {McpServerInvalid | McpServerUnknown} */
  async update(workspaceId: string, id: string, change: ServerChange): Promise<StoredServer> {
    refuseOauth(change.auth_type);
    if (change.url !== undefined) await this.refuseAddress(change.url);
    const before = await this.get(workspaceId, id);
    const { auth_headers: sent } = change;
    const merged = Object.entries(sent ?? {}).flatMap(([name, value]): [string, string][] => {
      const kept = value === '' ? before.headers[name] : value;
      return kept === undefined ? [] : [[name, kept]];
    });
    const headers = JSON.stringify(Object.fromEntries(merged));
    const fields = {
      ...(change.name !== undefined && { name: change.name }),
      ...(change.description !== undefined && { description: change.description ?? '' }),
      ...(change.url !== undefined && { url: change.url }),
      ...(change.transport !== undefined && { transport: change.transport }),
      ...(sent !== undefined && {
        headersSealed: this.deps.sealer.seal(headers, placeOf(workspaceId, before.id)),
      }),
      ...(change.tools_allowlist !== undefined && { toolsAllowlist: change.tools_allowlist }),
      ...(change.timeout_s !== undefined && { timeoutSeconds: change.timeout_s }),
      ...(change.result_max_chars !== undefined && { resultMaxChars: change.result_max_chars }),
      ...(change.enabled !== undefined && { enabled: change.enabled }),
    };
    if (Object.keys(fields).length === 0) return before;
    await this.deps.db.update(mcpServers).set(fields).where(isServer(workspaceId, id));
    return this.get(workspaceId, id);
  }

  /** Newest first. */
  async list(workspaceId: string): Promise<StoredServer[]> {
    const rows = await this.deps.db
      .select()
      .from(mcpServers)
      .where(eq(mcpServers.workspaceId, workspaceId))
      .orderBy(desc(mcpServers.createdAt), desc(mcpServers.id))
      .limit(mostServers);
    return rows.map((row) => this.#read(row));
  }

  /** @throws {McpServerUnknown} */
  async get(workspaceId: string, id: string): Promise<StoredServer> {
    const [row] = isUuid(id)
      ? await this.deps.db.select().from(mcpServers).where(isServer(workspaceId, id))
      : [];
    if (!row) throw new McpServerUnknown();
    return this.#read(row);
  }

  /** With its attachments. @throws {McpServerUnknown} */
  async delete(workspaceId: string, id: string): Promise<void> {
    await this.get(workspaceId, id);
    await this.deps.db.delete(mcpServers).where(isServer(workspaceId, id));
  }

  /** @param characterId of this workspace: the caller has looked it up */
  async attached(workspaceId: string, characterId: string): Promise<StoredServer[]> {
    const rows = await this.deps.db
      .select({ server: mcpServers })
      .from(characterMcpServers)
      .innerJoin(mcpServers, eq(mcpServers.id, characterMcpServers.serverId))
      .where(
        and(
          eq(characterMcpServers.characterId, characterId),
          eq(mcpServers.workspaceId, workspaceId),
        ),
      )
      .orderBy(desc(mcpServers.createdAt))
      .limit(mostPerCharacter);
    return rows.map(({ server }) => this.#read(server));
  }

  /** Again and again without harm. @throws {McpServerInvalid | McpServerUnknown} */
  async attach(workspaceId: string, characterId: string, id: string): Promise<void> {
    const { id: serverId } = await this.get(workspaceId, id);
    const attached = await this.attached(workspaceId, characterId);
    if (attached.some((server) => server.id === serverId)) return;
    if (attached.length >= mostPerCharacter)
      throw new McpServerInvalid(`A character has at most ${mostPerCharacter} servers.`);
    await this.deps.db
      .insert(characterMcpServers)
      .values({ characterId, serverId })
      .onConflictDoNothing();
  }

  /** @throws {McpServerUnknown} */
  async detach(workspaceId: string, characterId: string, id: string): Promise<void> {
    const { id: serverId } = await this.get(workspaceId, id);
    await this.deps.db
      .delete(characterMcpServers)
      .where(
        and(
          eq(characterMcpServers.characterId, characterId),
          eq(characterMcpServers.serverId, serverId),
        ),
      );
  }

  /** How to reach those that the character uses, credentials and all. */
  async settings(workspaceId: string, characterId: string): Promise<McpServer[]> {
    const attached = await this.attached(workspaceId, characterId);
    return attached.filter(({ enabled }) => enabled).map(reachOf);
  }

  /** @throws {McpServerInvalid} for an address that nobody may make this server talk to */
  async refuseAddress(url: string): Promise<void> {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username !== '')
      throw new McpServerInvalid('url: must be an https:// address');
    // In the clear only within the network that the operator named: there it is judged right below.
    if (parsed.protocol === 'http:' && (await isPublic(parsed)))
      throw new McpServerInvalid('url: must be an https:// address');
    try {
      await this.deps.guard.check(parsed);
    } catch {
      throw new McpServerInvalid('url: its host cannot be reached from here, or is a private one');
    }
  }

  #read(row: typeof mcpServers.$inferSelect): StoredServer {
    const { id, workspaceId, headersSealed, toolsAllowlist, ...rest } = row;
    return {
      ...{ ...rest, id, allowlist: z.array(z.string()).nullable().parse(toolsAllowlist) },
      headers: this.#openHeaders(headersSealed, workspaceId, id),
    };
  }

  /** Sealed with another secret they are gone, and the server will refuse. */
  #openHeaders(sealed: string, workspaceId: string, id: string): Record<string, string> {
    try {
      return Headers.parse(JSON.parse(this.deps.sealer.open(sealed, placeOf(workspaceId, id))));
    } catch (cause) {
      if (!(cause instanceof SealBroken)) throw cause;
      this.deps.onUnreadable(id);
      return {};
    }
  }
}

/** @returns false as well for what has no address */
function isPublic(url: URL): Promise<boolean> {
  return new AddressGuard([]).check(url).then(
    () => true,
    () => false,
  );
}

export function reachOf(
  server: Omit<StoredServer, 'createdAt' | 'description' | 'enabled'>,
): McpServer {
  const { id, name, url, transport: by, headers, allowlist } = server;
  return {
    ...{ id, name, url, transport: by, headers, allowlist },
    timeoutMs: (server.timeoutSeconds ?? usual.timeoutSeconds) * 1000,
    resultChars: server.resultMaxChars ?? usual.resultChars,
  };
}

const placeOf = (workspaceId: string, id: string) => `mcp:${workspaceId}:${id}`;
const isServer = (workspaceId: string, id: string) =>
  and(eq(mcpServers.workspaceId, workspaceId), eq(mcpServers.id, id));

function refuseOauth(authType: ServerChange['auth_type']): void {
  if (authType === 'oauth')
    throw new McpServerInvalid('auth_type: oauth is not available on this server; use headers');
}
