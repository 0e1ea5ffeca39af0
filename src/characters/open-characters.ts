import { and, asc, count, desc, eq, ilike, ne, or, sql, type SQL } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { characters, workspaces } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import type { Character } from '../protocol/character.ts';
import type { CharacterRecord } from './character-record.ts';
import { characterRef } from './character-ref.ts';
import { asRecord, withInteraction } from './character-rows.ts';

/** What the owner of a character may open to other workspaces: each is 1 in its `permConfig`, or it is closed. */
export type Permission = 'isPublic' | 'allowApi' | 'allowChat';

/**
 * @property isOwn whether it is the asking workspace's
 * @property isPreConfigured whether it was there when its workspace was made
 */
export type FoundCharacter = { record: CharacterRecord; isOwn: boolean; isPreConfigured: boolean };

export type CharacterQuery = {
  /** `my` and `pre_configured` are the workspace's own; `public` is what anybody's owner shows. */
  scope: 'my' | 'pre_configured' | 'public';
  /** Part of the name. */
  name?: string | undefined;
  /** Any of them. */
  roleTypes?: readonly string[] | undefined;
  order: readonly { by: 'created' | 'modified'; descending: boolean }[];
  limit: number;
  offset: number;
};

/** Up to here, numbers are of characters that come with one. */
const mostOwnNumber = 100;
/** Those that come with a workspace are made in its own transaction, in which time stands still. */
const isPreConfigured = sql<boolean>`("characters"."number" <= ${mostOwnNumber} or "characters"."created_at" =
  (select w.created_at from ${workspaces} w where w.id = "characters"."workspace_id"))`;
const orderColumns = { created: characters.createdAt, modified: characters.updatedAt };

/** Characters as a workspace finds them: its own, and those of others as far as their owners have opened them. */
export class OpenCharacters {
  constructor(private readonly db: Db) {}

  /**
   * @param ref of any form; another workspace's only by its id: numbers are each workspace's own
   * @param permission what another workspace must allow
   */
  async find(
    workspaceId: string,
    ref: string | number,
    permission: Permission,
  ): Promise<FoundCharacter | undefined> {
    const is = characterRef(ref);
    if (!is) return undefined;
    const own = await this.#select(workspaceId, and(eq(characters.workspaceId, workspaceId), is));
    if (own[0] || isNumber(ref)) return own[0];
    const others = and(ne(characters.workspaceId, workspaceId), is, allows(permission));
    return (await this.#select(workspaceId, others))[0];
  }

  /** As `find`, without what is only shown. */
  async get(
    workspaceId: string,
    ref: string | number,
    permission: Permission,
  ): Promise<Character | undefined> {
    return (await this.find(workspaceId, ref, permission))?.record.character;
  }

  async search(
    workspaceId: string,
    query: CharacterQuery,
  ): Promise<{ found: FoundCharacter[]; total: number }> {
    if (!isUuid(workspaceId)) return { found: [], total: 0 };
    const { name, roleTypes = [], order, limit, offset } = query;
    const where = and(
      inScope(workspaceId, query.scope),
      name === undefined || name === '' ? undefined : ilike(characters.name, `%${literal(name)}%`),
      or(
        ...roleTypes.map(
          (type) => sql`${characters.xingchen}->'roleTypes' @> ${JSON.stringify([type])}::jsonb`,
        ),
      ),
    );
    const [counted] = await this.db.select({ total: count() }).from(characters).where(where);
    const orders = order.map(({ by, descending }) => (descending ? desc : asc)(orderColumns[by]));
    const last = (order[0]?.descending ?? true) ? desc : asc;
    const page = { limit, offset, order: [...orders, last(characters.number), characters.id] };
    return { found: await this.#select(workspaceId, where, page), total: counted?.total ?? 0 };
  }

  async #select(
    workspaceId: string,
    where: SQL | undefined,
    page: { limit: number; offset: number; order: (SQL | typeof characters.id)[] } = {
      limit: 1,
      offset: 0,
      order: [],
    },
  ): Promise<FoundCharacter[]> {
    const rows = await this.db
      .select({ ...withInteraction, isPreConfigured })
      .from(characters)
      .where(where)
      .orderBy(...page.order)
      .limit(page.limit)
      .offset(page.offset);
    return rows.map((row) => ({
      record: asRecord(row),
      isOwn: row.workspaceId === workspaceId,
      isPreConfigured: row.isPreConfigured,
    }));
  }
}

const isNumber = (ref: string | number) => /^\d{1,10}$/.test(String(ref).trim());

function allows(permission: Permission): SQL {
  return sql`${characters.xingchen}->'permConfig'->>${permission}::text = '1'`;
}

function inScope(workspaceId: string, scope: CharacterQuery['scope']): SQL | undefined {
  const own = eq(characters.workspaceId, workspaceId);
  switch (scope) {
    case 'my':
      return and(own, sql`not ${isPreConfigured}`);
    case 'pre_configured':
      return and(own, isPreConfigured);
    case 'public':
      return allows('isPublic');
  }
}

/** What a pattern would read as its own signs. */
const literal = (text: string) => text.replace(/[\\%_]/g, '\\$&');
