import { and, eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import type { Db } from '../db/db.ts';
import { rowsOf } from '../db/rows.ts';
import { knowledgeDocuments, knowledgeLinks } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import type { Embedding } from '../providers/embedding/embedding.ts';
import type { Log } from '../telemetry/log.ts';
import { fuse, type Ranked } from './fusion.ts';
import { askedTerms } from './terms.ts';
import { uuidArray } from './uuid-array.ts';
import type { Vectors } from './vectors.ts';
import type { Weighted, Words } from './words.ts';

/** Taken from each of the two searches before they are joined. */
const mostOfEach = 24;
/** Terms of a question that are looked for, the most telling ones. */
const mostTerms = 10;
/** Rows that these may have together: what stands in thousands of passages tells little and takes long. */
const mostRows = 600;
/** A passage that has less of what was asked has a word in common with it and no more. */
const leastCoverage = 0.2;

export type Found = { passageId: string; title: string; text: string; score: number };

const HitRow = z.object({ id: z.string(), score: z.coerce.number() });
const PassageRow = z.object({ id: z.string(), title: z.string(), text: z.string() });

export type SearchDeps = {
  db: Db;
  words: Words;
  /** Undefined where there is no pgvector: then words alone find. */
  vectors: Vectors | undefined;
  embedding: Embedding;
  log: Log;
};

/** Finds passages by words and by meaning, in the active documents of one character. */
export class KnowledgeSearch {
  constructor(private readonly deps: SearchDeps) {}

  /** Whether the character has any document, searchable by now or not. */
  async hasDocuments(workspaceId: string, characterId: string): Promise<boolean> {
    if (!isUuid(characterId)) return false;
    const rows = await this.deps.db
      .select({ id: knowledgeLinks.documentId })
      .from(knowledgeLinks)
      .where(
        and(
          eq(knowledgeLinks.workspaceId, workspaceId),
          eq(knowledgeLinks.characterId, characterId),
        ),
      )
      .limit(1);
    return rows.length > 0;
  }

  /**
   * The passages that have most to do with a text, best first.
   * @param soon ends the search by meaning, which asks a provider: words alone find then
   * @returns none for small talk, or when nothing has to do with it
   */
  async find(
    { workspaceId, characterId, text }: { workspaceId: string; characterId: string; text: string },
    { limit, soon }: { limit: number; soon: AbortSignal },
  ): Promise<Found[]> {
    const terms = askedTerms(text);
    if (terms.length === 0 || !isUuid(characterId)) return [];
    // Asked for while the database is: it may be far away.
    const vector = this.#vectorOf(text, soon);
    const [documentIds, weighed] = await Promise.all([
      this.#documents(workspaceId, characterId),
      this.deps.words.weigh(workspaceId, terms),
    ]);
    if (documentIds.length === 0) return [];
    const [byWords, byMeaning] = await Promise.all([
      this.#byWords(documentIds, weighed),
      this.#byMeaning(documentIds, await vector),
    ]);
    return this.#read(fuse([byWords, byMeaning]).slice(0, limit));
  }

  async #documents(workspaceId: string, characterId: string): Promise<string[]> {
    // A condition and no join, and the workspace beside it: a planner without statistics, as PGlite's is, would look
    // through all documents of the workspace for every link.
    const isReady = this.deps.db
      .select({
        yes: sql`${knowledgeDocuments.state} = 'ready' and ${knowledgeDocuments.workspaceId} = ${workspaceId}`,
      })
      .from(knowledgeDocuments)
      .where(eq(knowledgeDocuments.id, knowledgeLinks.documentId));
    // One text: reading a row for each takes longer than finding them.
    const [row] = await this.deps.db
      .select({ ids: sql<string | null>`string_agg(${knowledgeLinks.documentId}::text, ',')` })
      .from(knowledgeLinks)
      .where(
        and(
          eq(knowledgeLinks.workspaceId, workspaceId),
          eq(knowledgeLinks.characterId, characterId),
          sql`(${isReady})`,
        ),
      );
    return row?.ids?.split(',') ?? [];
  }

  async #byWords(documentIds: readonly string[], known: readonly Weighted[]): Promise<Ranked[]> {
    const weighed = mostTelling(known);
    const all = weighed.reduce((sum, { weight }) => sum + weight, 0);
    const asked = withinRows(weighed);
    if (asked.length === 0) return [];
    // Term by term, by the index: without `offset 0` a planner that has statistics, as PostgreSQL's has, reads each passage
    // of the documents, or of all workspaces, instead.
    const hits = rowsOf(
      HitRow,
      await this.deps.db.execute(sql`select p.id, sum(asked.weight) as score
        from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as asked(term text, weight float8)
        cross join lateral (select id from knowledge_passages
          where terms @> array[asked.term] and document_id = any(${uuidArray(documentIds)})
          offset 0) p
        group by p.id order by score desc, p.id limit ${mostOfEach}`),
    );
    return hits
      .map(({ id, score }) => ({ id, score: score / all }))
      .filter(({ score }) => score >= leastCoverage);
  }

  async #byMeaning(
    documentIds: readonly string[],
    vector: readonly number[] | undefined,
  ): Promise<Ranked[]> {
    const { vectors, embedding } = this.deps;
    if (!vector || !vectors) return [];
    const model = `${embedding.model}/${vector.length}`;
    const near = await vectors.nearest(documentIds, model, vector, mostOfEach);
    return near
      .map(({ passageId, cosine }) => ({ id: passageId, score: cosine }))
      .filter(({ score }) => score >= (embedding.leastCosine ?? -1));
  }

  async #vectorOf(text: string, soon: AbortSignal): Promise<number[] | undefined> {
    const { embedding, vectors, log } = this.deps;
    if (!vectors) return undefined;
    try {
      const [vector] = await embedding.embed([text], { signal: soon });
      return vector;
    } catch (err) {
      log.warn({ err }, 'searching by words alone: no vector of the question in time');
      return undefined;
    }
  }

  async #read(ranked: readonly Ranked[]): Promise<Found[]> {
    if (ranked.length === 0) return [];
    const rows = rowsOf(
      PassageRow,
      await this.deps.db.execute(sql`select p.id, d.name as title, p.text
        from knowledge_passages p join knowledge_documents d on d.id = p.document_id
        where p.id = any(${uuidArray(ranked.map(({ id }) => id))})`),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ranked.flatMap(({ id, score }) => {
      const row = byId.get(id);
      return row ? [{ passageId: id, title: row.title, text: row.text, score }] : [];
    });
  }
}

function mostTelling(terms: readonly Weighted[]): Weighted[] {
  return terms.toSorted((a, b) => b.weight - a.weight).slice(0, mostTerms);
}

/** Of those that some passage has, the rarest; the first in any case. */
function withinRows(terms: readonly Weighted[]): Weighted[] {
  let left = mostRows;
  const rarest = terms
    .filter(({ passages }) => passages > 0)
    .toSorted((a, b) => a.passages - b.passages);
  return rarest.filter(({ passages }, place) => (left -= passages) >= 0 || place === 0);
}
