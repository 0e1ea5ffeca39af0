import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/db.ts';
import { ensureWorkspace } from '../../src/keys/workspaces.ts';
import { Documents } from '../../src/knowledge/documents.ts';
import { addSome } from '../../src/knowledge/stored-passages.ts';
import { Vectors } from '../../src/knowledge/vectors.ts';
import { newDatabase } from '../fakes/new-database.ts';

const dimensions = 512;
const model = `long/${dimensions}`;
/** Points along one of its dimensions, and is not of length 1. */
const along = (dimension: number) =>
  Array.from({ length: dimensions }, (_, at) => (at === dimension ? 3 : 0.1));
/** What came with 0.7. */
const newer = [
  ['binary_quantize', 'bit'],
  ['l2_normalize', 'vector'],
] as const;

describe('a pgvector older than 0.7', () => {
  let database: Database;
  beforeAll(async () => {
    database = await newDatabase();
  });
  afterAll(() => database.close());

  it('compares long vectors all the same, and their signs once there is a newer one', async () => {
    const { db } = database;
    for (const [name] of newer) {
      await db.execute(sql.raw(`alter extension vector drop function ${name}(vector)`));
      await db.execute(sql.raw(`drop function ${name}(vector)`));
    }
    const nothing = () => Promise.resolve();
    const workspaceId = await ensureWorkspace(db, 'one', nothing);
    const content = Buffer.from('x');
    const { id } = await new Documents(db).add(workspaceId, { name: 'x', kind: 'txt', content });
    const old = await Vectors.open(database);
    const isThere = await addSome(
      db,
      old,
      { id, workspaceId, revision: 1 },
      {
        from: 0,
        passages: ['first', 'second', 'third'].map((text) => ({ text, terms: text })),
        embedded: { model, vectors: [along(1), along(2), along(3)] },
      },
    );
    expect(isThere).toBe(true);
    const near = async (vectors: Vectors | undefined) =>
      (await vectors?.nearest([id], model, along(2), 1)) ?? [];
    const [found] = await near(old);
    expect(found?.cosine).toBeCloseTo(1);

    for (const [name, result] of newer)
      await db.execute(
        sql.raw(`create function ${name}(vector) returns ${result}
          as '$libdir/vector' language c immutable strict parallel safe`),
      );
    expect(await near(await Vectors.open(database))).toEqual([
      { passageId: found?.passageId, cosine: expect.closeTo(1) as unknown },
    ]);
    const unsigned = await db.execute(sql`select 1 from knowledge_vectors where signs is null`);
    expect(unsigned).toMatchObject({ rows: [] });
  });
});
