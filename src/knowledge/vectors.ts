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
const NearRow = z.object({ passageId: z.string(), cosine: z.number() });

/**
 * Vectors of passages, of whatever length the model has. Made here and not by a migration: a PostgreSQL without pgvector
 * is searched by words alone, until it has it.
 */
export class Vectors {
  private constructor(private readonly db: Db) {}

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
    return new Vectors(db);
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
      const text = literal(vector);
      const signs =
        vector.length > shortDimensions
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
    const asked = literal(vector);
    const among = sql`document_id = any(${uuidArray(documentIds)}) and model = ${model}`;
    const bits = sql.raw(`bit(${vector.length})`);
    const from =
      vector.length > shortDimensions
        ? sql`(select passage_id, vector from knowledge_vectors where ${among}
            order by signs::${bits} <~> binary_quantize(${asked}::vector)::${bits}
            limit ${mostCandidates}) as likely`
        : sql`knowledge_vectors where ${among}`;
    return rowsOf(
      NearRow,
      await this.db.execute(sql`select passage_id as "passageId",
          1 - (vector <=> ${asked}::vector) as cosine
        from ${from} order by vector <=> ${asked}::vector limit ${limit}`),
    );
  }
}

/** As pgvector reads it. */
function literal(vector: readonly number[]): string {
  return JSON.stringify(vector);
}
