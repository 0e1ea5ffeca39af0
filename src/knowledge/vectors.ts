import { sql } from 'drizzle-orm';
import * as z from 'zod';
import type { Database, Db } from '../db/db.ts';
import { rowsOf } from '../db/rows.ts';
import { uuidArray } from './uuid-array.ts';

/**
 * Up to here a row stays in its page and all rows of 10,000 passages are compared in 10 ms. Longer vectors are stored
 * apart: their signs choose the likeliest first (Hamming distance), and only these are read.
 */
const shortDimensions = 384;
const mostCandidates = 160;

/** What one passage has with a question in common: the cosine of their vectors, from -1 to 1. */
export type Near = { passageId: string; cosine: number };
const Known = z.object({ signs: z.boolean() });
const NearRow = z.object({ passageId: z.string(), cosine: z.number() });

/**
 * Vectors of passages, of whatever length the model has. Made here and not by a migration: a PostgreSQL without pgvector
 * is searched by words alone, until it has it.
 */
export class Vectors {
  private constructor(
    private readonly db: Db,
    /** Older than 0.7, as Debian 12 has it, pgvector knows none: then all vectors are compared, however long. */
    private readonly hasSigns: boolean,
  ) {}

  /** @returns undefined without pgvector */
  static async open({ db, extensions }: Database): Promise<Vectors | undefined> {
    if (!extensions.has('vector')) return undefined;
    await db.execute(sql`create table if not exists knowledge_vectors (
      passage_id uuid primary key references knowledge_passages on delete cascade,
      document_id uuid not null,
      model text not null,
      vector vector not null,
      signs bit varying
    )`);
    await db.execute(
      sql`create index if not exists knowledge_vectors_by_document on knowledge_vectors (document_id, model)`,
    );
    await makeUnit(db);
    const [known] = rowsOf(
      Known,
      await db.execute(sql`select to_regprocedure('binary_quantize(vector)') is not null as signs`),
    );
    return new Vectors(db, known?.signs ?? false);
  }

  /** Stores them in place of those of before. @param model of which each vector has the same number of dimensions */
  async put(
    documentId: string,
    model: string,
    vectors: readonly { passageId: string; vector: readonly number[] }[],
    db = this.db,
  ): Promise<void> {
    if (vectors.length === 0) return;
    const rows = vectors.map(({ passageId, vector }) => {
      const text = unitLiteral(vector);
      const signs =
        this.hasSigns && vector.length > shortDimensions
          ? sql`binary_quantize(${text}::vector)::bit varying`
          : sql`null`;
      return sql`(${passageId}::uuid, ${documentId}::uuid, ${model}, ${text}::vector, ${signs})`;
    });
    await db.execute(sql`insert into knowledge_vectors (passage_id, document_id, model, vector, signs)
      values ${sql.join(rows, sql`, `)}
      on conflict (passage_id) do update
      set model = excluded.model, vector = excluded.vector, signs = excluded.signs`);
  }

  /** The passages of these documents that are nearest, the nearest first. */
  async nearest(
    documentIds: readonly string[],
    model: string,
    vector: readonly number[],
    limit: number,
  ): Promise<Near[]> {
    const asked = unitLiteral(vector);
    const among = sql`document_id = any(${uuidArray(documentIds)}) and model = ${model}`;
    const bits = sql.raw(`bit(${vector.length})`);
    const from =
      this.hasSigns && vector.length > shortDimensions
        ? sql`(select passage_id, vector from knowledge_vectors where ${among}
            order by signs::${bits} <~> binary_quantize(${asked}::vector)::${bits}
            limit ${mostCandidates}) as likely`
        : sql`knowledge_vectors where ${among}`;
    return rowsOf(
      NearRow,
      // The distance stands in one place: PostgreSQL would compute it for every row as often as it is written.
      await this.db.execute(sql`select passage_id as "passageId", -distance as cosine
        from (select passage_id, vector <#> ${asked}::vector as distance
          from ${from} order by distance limit ${limit}) as near
        order by distance`),
    );
  }
}

const unitMark = 'vectors of length 1';

/**
 * Vectors that were stored before their length was made 1, whatever their model gave them, or by a pgvector that knew
 * neither lengths nor signs. Once for each database.
 */
async function makeUnit(db: Db): Promise<void> {
  await db.execute(
    sql.raw(`do $$ begin
    if obj_description('knowledge_vectors'::regclass) is distinct from '${unitMark}'
      and to_regprocedure('l2_normalize(vector)') is not null then
      update knowledge_vectors set vector = l2_normalize(vector),
        signs = case when vector_dims(vector) > ${shortDimensions}
          then binary_quantize(vector)::bit varying end;
      comment on table knowledge_vectors is '${unitMark}';
    end if;
  end $$`),
  );
}

/** As pgvector reads it, of length 1: then the inner product is the cosine, and takes a third of its time. */
function unitLiteral(vector: readonly number[]): string {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return JSON.stringify(length === 0 ? vector : vector.map((value) => value / length));
}
