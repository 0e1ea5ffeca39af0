import { and, asc, count, eq, gt, lt, or, sql } from 'drizzle-orm';
import * as z from 'zod';
import type { Db } from '../db/db.ts';
import { speakers } from '../db/schema.ts';
import { parsedJson } from '../protocol/parsed-json.ts';
import type { Speakers } from './speakers.ts';

/** A speaker as its client's own user. */
export type EndUser = {
  id: string;
  /** The client's own id; ours, where it gave none. */
  endUserId: string;
  metadata: Record<string, unknown>;
  lastActiveAt: Date;
};

export type EndUserRange = {
  limit: number;
  /** The `next` of the page before; one that is none begins anew. */
  cursor: string | null;
  activeAfter: Date | null;
  activeBefore: Date | null;
};

const columns = {
  id: speakers.id,
  deviceId: speakers.deviceId,
  name: speakers.name,
  metadata: speakers.metadata,
  lastActiveAt: speakers.lastActiveAt,
  // Milliseconds are too coarse to go on from: two may have come in one.
  madeAt: sql<string>`${speakers.createdAt}::text`,
};
type Row = {
  id: string;
  deviceId: string | null;
  name: string | null;
  metadata: unknown;
  lastActiveAt: Date;
};
const Metadata = z.record(z.string(), z.unknown());
const Cursor = z.tuple([z.string().regex(/^[\d :.+-]{10,40}$/), z.uuid()]);

/** The speakers of a workspace, as those see them who look after its users. */
export class EndUsers {
  constructor(private readonly deps: { db: Db; speakers: Pick<Speakers, 'find'> }) {}

  /** @param given our id or the client's own */
  async get(workspaceId: string, given: string): Promise<EndUser | undefined> {
    const known = await this.deps.speakers.find(workspaceId, given);
    if (!known) return undefined;
    const [row] = await this.deps.db.select(columns).from(speakers).where(is(workspaceId, known));
    return row && endUserOf(row);
  }

  /** Changes the keys that are given and no others. @returns undefined when there is no such user */
  async patch(
    workspaceId: string,
    given: string,
    metadata: Record<string, unknown>,
  ): Promise<EndUser | undefined> {
    const known = await this.get(workspaceId, given);
    if (!known) return undefined;
    const [row] = await this.deps.db
      .update(speakers)
      .set({ metadata: { ...known.metadata, ...metadata } })
      .where(is(workspaceId, known))
      .returning(columns);
    return row && endUserOf(row);
  }

  /** One page, the oldest first. @property next null on the last one */
  async page(
    workspaceId: string,
    { limit, cursor, activeAfter, activeBefore }: EndUserRange,
  ): Promise<{ endUsers: EndUser[]; total: number; next: string | null }> {
    const { db } = this.deps;
    const meant = and(
      eq(speakers.workspaceId, workspaceId),
      activeAfter ? gt(speakers.lastActiveAt, activeAfter) : undefined,
      activeBefore ? lt(speakers.lastActiveAt, activeBefore) : undefined,
    );
    const [counted] = await db.select({ total: count() }).from(speakers).where(meant);
    const from = cursor === null ? undefined : readCursor(cursor);
    const rows = await db
      .select(columns)
      .from(speakers)
      .where(and(meant, from && behind(from)))
      .orderBy(asc(speakers.createdAt), asc(speakers.id))
      .limit(limit + 1);
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      endUsers: shown.map(endUserOf),
      total: counted?.total ?? 0,
      next: last ? writeCursor([last.madeAt, last.id]) : null,
    };
  }
}

function is(workspaceId: string, { id }: { id: string }) {
  return and(eq(speakers.workspaceId, workspaceId), eq(speakers.id, id));
}

function behind([madeAt, id]: z.infer<typeof Cursor>) {
  const at = sql`${madeAt}::timestamptz`;
  return or(
    sql`${speakers.createdAt} > ${at}`,
    and(sql`${speakers.createdAt} = ${at}`, gt(speakers.id, id)),
  );
}

function writeCursor(cursor: z.infer<typeof Cursor>): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function readCursor(cursor: string): z.infer<typeof Cursor> | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  return Cursor.safeParse(parsedJson(text)).data;
}

function endUserOf({ id, deviceId, name, metadata, lastActiveAt }: Row): EndUser {
  const known = Metadata.safeParse(metadata).data ?? {};
  return {
    id,
    endUserId: deviceId ?? id,
    metadata: name !== null && !('name' in known) ? { ...known, name } : known,
    lastActiveAt,
  };
}
