import { and, eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import type { Database, Db } from '../db/db.ts';
import { rowsOf } from '../db/rows.ts';
import { knowledgeWords } from '../db/schema.ts';
import { mayBeMisheard } from './terms.ts';

/** Of trigrams: "okonquo" and "okonkwo" have 0.42. */
const leastAlike = 0.36;
/** A misheard word counts less than one that stands there. */
const misheardWeight = 0.6;
const mostMisheard = 6;
/** It is asked for, and nothing says it: what has the other words only fits the less. */
const unknownWeight = 0.4;

/** @property passages of the workspace that have it */
export type Weighted = { term: string; weight: number; passages: number };

const Known = z.object({ word: z.string(), passages: z.number() });
const Alike = z.object({
  word: z.string(),
  passages: z.number(),
  likeness: z.number(),
});

/** The terms of a workspace's passages, and in how many each stands: rare ones tell more. */
export class Words {
  private constructor(
    private readonly db: Db,
    private readonly hasTrigrams: boolean,
  ) {}

  static async open({ db, extensions }: Database): Promise<Words> {
    const hasTrigrams = extensions.has('pg_trgm');
    await withoutPendingList(db, 'knowledge_passages_by_term');
    if (hasTrigrams) {
      await db.execute(
        sql`create index if not exists knowledge_words_alike on knowledge_words using gin (word gin_trgm_ops)`,
      );
      await withoutPendingList(db, 'knowledge_words_alike');
    }
    return new Words(db, hasTrigrams);
  }

  /** Each term with how much it tells, also those that no document has; a word that none has may be one that sounds like it. */
  async weigh(workspaceId: string, terms: readonly string[]): Promise<Weighted[]> {
    const known = await this.#known(workspaceId, terms);
    const unknown = terms.filter((term) => !known.has(term) && mayBeMisheard(term));
    const weighted = terms.map((term) => {
      const passages = known.get(term);
      const weight = passages === undefined ? unknownWeight : telling(passages);
      return { term, weight, passages: passages ?? 0 };
    });
    if (!this.hasTrigrams || unknown.length === 0) return weighted;
    for (const alike of await this.#alike(workspaceId, unknown.slice(0, mostMisheard))) {
      const { word, passages, likeness } = alike;
      if (known.has(word)) continue;
      const weight = telling(passages) * likeness * misheardWeight;
      weighted.push({ term: word, weight, passages });
    }
    return weighted;
  }

  /** Counts the terms of passages in. Call it inside the transaction that stores them. */
  static async countIn(tx: Db, workspaceId: string, passages: readonly string[][]): Promise<void> {
    const counted = [...countsOf(passages)].map(([word, count]) => ({ word, count }));
    await tx.execute(sql`insert into knowledge_words (workspace_id, word, passages)
      select ${workspaceId}::uuid, word, count
      from jsonb_to_recordset(${JSON.stringify(counted)}::jsonb) as counted(word text, count int)
      order by word
      on conflict (workspace_id, word) do update set passages = knowledge_words.passages + excluded.passages`);
  }

  /** Counts them out again, inside the transaction that removes them. */
  static async countOut(tx: Db, workspaceId: string, passages: readonly string[][]): Promise<void> {
    const counted = [...countsOf(passages)].map(([word, count]) => ({ word, count }));
    const words = sql`jsonb_to_recordset(${JSON.stringify(counted)}::jsonb) as counted(word text, count int)`;
    // In one order everywhere, so that two passages at once never wait for each other in a circle.
    await tx.execute(sql`with locked as (
        select k.word, counted.count from knowledge_words k join ${words} on counted.word = k.word
        where k.workspace_id = ${workspaceId} order by k.word for update of k)
      update knowledge_words k set passages = k.passages - locked.count
      from locked where k.workspace_id = ${workspaceId} and k.word = locked.word`);
    await tx.execute(sql`delete from knowledge_words k using ${words}
      where k.workspace_id = ${workspaceId} and k.word = counted.word and k.passages <= 0`);
  }

  async #known(workspaceId: string, terms: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.db
      .select({ word: knowledgeWords.word, passages: knowledgeWords.passages })
      .from(knowledgeWords)
      .where(
        and(
          eq(knowledgeWords.workspaceId, workspaceId),
          sql`${knowledgeWords.word} = any(array(select jsonb_array_elements_text(${JSON.stringify(terms)}::jsonb)))`,
        ),
      );
    return new Map(rows.map((row) => [row.word, Known.parse(row).passages]));
  }

  /** The two likest of each term. */
  async #alike(workspaceId: string, terms: readonly string[]) {
    return rowsOf(
      Alike,
      await this.db.execute(sql`select likest.word, likest.passages, likest.likeness
        from jsonb_array_elements_text(${JSON.stringify(terms)}::jsonb) as asked(term)
        cross join lateral (
          select word, passages, similarity(word, asked.term) as likeness
          from knowledge_words
          where workspace_id = ${workspaceId} and word % asked.term
            and similarity(word, asked.term) >= ${leastAlike}
          order by likeness desc limit 2) as likest`),
    );
  }
}

/**
 * What is added to a GIN index waits in a list of up to 4 MB, through which every search goes; only vacuum empties it, and
 * PGlite has none of its own. Without the list an addition costs more, and searches what they should.
 */
async function withoutPendingList(db: Db, index: string): Promise<void> {
  await db.execute(sql.raw(`alter index ${index} set (fastupdate = off)`));
  await db.execute(sql.raw(`select gin_clean_pending_list('${index}'::regclass)`));
}

/** Falls with the number of passages that have it: 1 for one, 0.33 for ten, 0.2 for a hundred. */
const telling = (passages: number) => 1 / (1 + Math.log2(Math.max(1, passages)) * 0.6);

function countsOf(passages: readonly string[][]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of passages.flat()) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}
