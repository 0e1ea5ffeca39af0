import { and, asc, eq, isNull, ne } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { apiKeys, workspaces } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import type { Clock } from '../lifetime/clock.ts';
import { hashKey, isPlausible, keyPrefix, makeKey } from './api-key.ts';
import type { CreatedKey, KeyAdmin, KeyListing, NewKey } from './key-admin.ts';
import type { LimitChange } from './limits.ts';
import { VerifiedKeys, type KeyHolder } from './verified-keys.ts';
import { defaultWorkspace, ensureWorkspace, type OnWorkspaceMade } from './workspaces.ts';

export type KeysDeps = { db: Db; clock: Clock; onWorkspaceMade: OnWorkspaceMade };

/** The name of the key that the configuration or the data folder gives; there is one at a time. */
const firstKeyName = 'first key';

/** API keys: made, listed, revoked, and recognised. */
export class Keys implements KeyAdmin {
  readonly #db: Db;
  readonly #onWorkspaceMade: OnWorkspaceMade;
  readonly #verified: VerifiedKeys;

  constructor({ db, clock, onWorkspaceMade }: KeysDeps) {
    this.#db = db;
    this.#onWorkspaceMade = onWorkspaceMade;
    this.#verified = new VerifiedKeys(clock);
  }

  /** @returns whose key it is; undefined when it is unknown or revoked */
  async verify(key: string): Promise<KeyHolder | undefined> {
    if (!isPlausible(key)) return undefined;
    const hash = hashKey(key);
    return this.#verified.lookUp(hash, async () => {
      const [found] = await this.#db
        .select({ workspaceId: apiKeys.workspaceId, keyId: apiKeys.id })
        .from(apiKeys)
        .where(and(eq(apiKeys.keyHash, hash), isNull(apiKeys.revokedAt)));
      return found;
    });
  }

  async create({ name, workspace, limits }: NewKey): Promise<CreatedKey> {
    const workspaceId = await ensureWorkspace(this.#db, workspace, this.#onWorkspaceMade);
    const key = makeKey();
    const [row] = await this.#db
      .insert(apiKeys)
      .values({ workspaceId, name, keyHash: hashKey(key), keyPrefix: keyPrefix(key), ...limits })
      .returning();
    if (!row) throw new Error('a key was not stored');
    this.#verified.clear();
    return { ...listing(row, workspace), key };
  }

  async list(): Promise<KeyListing[]> {
    const rows = await this.#db
      .select({ key: apiKeys, workspace: workspaces.name })
      .from(apiKeys)
      .innerJoin(workspaces, eq(workspaces.id, apiKeys.workspaceId))
      .orderBy(asc(apiKeys.createdAt), asc(apiKeys.id));
    return rows.map(({ key, workspace }) => listing(key, workspace));
  }

  async revoke(keyId: string): Promise<boolean> {
    if (!isUuid(keyId)) return false;
    const revoked = await this.#db
      .update(apiKeys)
      .set({ revokedAt: new Date() })
      .where(and(eq(apiKeys.id, keyId), isNull(apiKeys.revokedAt)))
      .returning({ id: apiKeys.id });
    this.#verified.clear();
    return revoked.length > 0;
  }

  async limit(keyId: string, limits: LimitChange): Promise<boolean> {
    if (!isUuid(keyId) || Object.values(limits).every((limit) => limit === undefined)) return false;
    const limited = await this.#db
      .update(apiKeys)
      .set(limits)
      .where(and(eq(apiKeys.id, keyId), isNull(apiKeys.revokedAt)))
      .returning({ id: apiKeys.id });
    return limited.length > 0;
  }

  /**
   * Makes `key` the first key of the default workspace. Another one that held this place is forgotten, so that changing
   * the setting changes the key; one that was revoked stays revoked.
   */
  async ensureFirstKey(key: string): Promise<{ workspaceId: string; revoked: boolean }> {
    const workspaceId = await ensureWorkspace(this.#db, defaultWorkspace, this.#onWorkspaceMade);
    const keyHash = hashKey(key);
    const revoked = await this.#db.transaction(async (tx) => {
      await tx
        .delete(apiKeys)
        .where(
          and(
            eq(apiKeys.workspaceId, workspaceId),
            eq(apiKeys.name, firstKeyName),
            ne(apiKeys.keyHash, keyHash),
          ),
        );
      await tx
        .insert(apiKeys)
        .values({ workspaceId, name: firstKeyName, keyHash, keyPrefix: keyPrefix(key) })
        .onConflictDoNothing();
      const [row] = await tx.select().from(apiKeys).where(eq(apiKeys.keyHash, keyHash));
      return row?.revokedAt !== null;
    });
    this.#verified.clear();
    return { workspaceId, revoked };
  }
}

function listing(row: typeof apiKeys.$inferSelect, workspace: string): KeyListing {
  return {
    id: row.id,
    name: row.name,
    workspace,
    prefix: row.keyPrefix,
    createdAt: row.createdAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
    limits: { maxSessions: row.maxSessions, maxMinutesPerDay: row.maxMinutesPerDay },
  };
}
