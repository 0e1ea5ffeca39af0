import { and, asc, eq, inArray, isNull, lt, ne, or, sql } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { knowledgeDocuments, knowledgeFiles } from '../db/schema.ts';
import type { DocumentKind, DocumentState } from '../protocol/document.ts';

/** Which content of which document. */
export type Version = { id: string; workspaceId: string; revision: number };

/** A document that is being read, or deleted, by this server. */
export type Claimed = Version & {
  state: DocumentState;
  kind: DocumentKind;
  attempts: number;
  content: Uint8Array;
};

/**
 * A server that works on a document says so again every third of this time. When it dies, another one, or itself after
 * its restart, takes the document up so much later.
 */
export const leaseMs = 15_000;
/** A file that ends the server each time it is read must not end it for ever. */
export const mostAttempts = 3;

/** The work on documents as the database keeps it: who has it, how far it is, what came of it. */
export class DocumentWork {
  constructor(private readonly db: Db) {}

  /** After a start with a database that nobody else has: what was in the middle goes on at once. */
  async releaseAll(): Promise<void> {
    await this.db
      .update(knowledgeDocuments)
      .set({ leasedUntil: null })
      .where(inArray(knowledgeDocuments.state, ['working', 'deleting']));
  }

  /**
   * Takes a document that nobody works on: the oldest of one workspace, whose turn it is.
   * @param after the workspace that was served last: the next one is, so that nobody waits for all of another's files
   * @returns undefined when there is none
   */
  async claim(at: Date, after?: string): Promise<Claimed | undefined> {
    const { state, workspaceId, attempts, updatedAt } = knowledgeDocuments;
    const [claimed] = await this.db
      .update(knowledgeDocuments)
      .set({
        state: sql`case when ${state} = 'deleting' then 'deleting' else 'working' end`,
        leasedUntil: new Date(at.getTime() + leaseMs),
        attempts: sql`${knowledgeDocuments.attempts} + 1`,
      })
      .where(
        inArray(
          knowledgeDocuments.id,
          this.db
            .select({ id: knowledgeDocuments.id })
            .from(knowledgeDocuments)
            .where(
              and(
                inArray(state, ['waiting', 'working', 'deleting']),
                or(isNull(knowledgeDocuments.leasedUntil), lt(knowledgeDocuments.leasedUntil, at)),
              ),
            )
            .orderBy(
              ...(after === undefined ? [] : [sql`${workspaceId} > ${after}::uuid desc`]),
              asc(workspaceId),
              // What failed before lets the others of its workspace go first.
              asc(attempts),
              asc(updatedAt),
            )
            .limit(1)
            .for('update', { skipLocked: true }),
        ),
      )
      .returning({
        id: knowledgeDocuments.id,
        workspaceId: knowledgeDocuments.workspaceId,
        state: knowledgeDocuments.state,
        kind: knowledgeDocuments.kind,
        revision: knowledgeDocuments.revision,
        attempts: knowledgeDocuments.attempts,
      });
    if (!claimed) return undefined;
    const [file] = await this.db
      .select({ content: knowledgeFiles.content })
      .from(knowledgeFiles)
      .where(eq(knowledgeFiles.documentId, claimed.id));
    return { ...claimed, content: file?.content ?? new Uint8Array() };
  }

  /** Says that the work goes on. @returns false when it is of no use any more: deleted, or a new content is there */
  async renew(version: Version, progress: number, at: Date): Promise<boolean> {
    const rows = await this.db
      .update(knowledgeDocuments)
      .set({ leasedUntil: new Date(at.getTime() + leaseMs), progress: Math.floor(progress) })
      .where(isVersion(version))
      .returning({ id: knowledgeDocuments.id });
    return rows.length > 0;
  }

  /**
   * Leaves it for the next attempt, unless somebody else has it by now.
   * @param notBefore null for at once
   * @param isCounted false when it was no fault of the file's that nothing came of this attempt
   */
  async release(
    claimed: Claimed,
    { notBefore, isCounted }: { notBefore: Date | null; isCounted: boolean },
  ): Promise<void> {
    const { state, attempts } = knowledgeDocuments;
    await this.db
      .update(knowledgeDocuments)
      .set({
        state: 'waiting',
        leasedUntil: notBefore,
        ...(!isCounted && { attempts: claimed.attempts - 1 }),
      })
      .where(and(isVersion(claimed), eq(state, 'working'), eq(attempts, claimed.attempts)));
  }

  /** @param fault in words for whoever uploaded it */
  async fail(version: Version, fault: string): Promise<void> {
    const rows = await this.db
      .update(knowledgeDocuments)
      .set({ state: 'failed', fault: fault.slice(0, 500), leasedUntil: null, passages: 0 })
      .where(isVersion(version))
      .returning({ id: knowledgeDocuments.id });
    if (rows.length > 0) await this.#dropFile(version);
  }

  /** How many passages the workspace's other documents have. */
  async passagesBeside({ id, workspaceId }: Claimed): Promise<number> {
    const [sum] = await this.db
      .select({ passages: sql<number>`coalesce(sum(${knowledgeDocuments.passages}), 0)::int` })
      .from(knowledgeDocuments)
      .where(
        and(
          eq(knowledgeDocuments.workspaceId, workspaceId),
          ne(knowledgeDocuments.id, id),
          ne(knowledgeDocuments.state, 'deleting'),
        ),
      );
    return sum?.passages ?? 0;
  }

  /**
   * It can be searched from now on; its file is not needed any more.
   * @param made `model`: null where nothing could be embedded, and words alone find it
   * @returns false when it is of no use any more
   */
  async finish(
    version: Version,
    made: { characters: number; passages: number; model: string | null },
  ): Promise<boolean> {
    const rows = await this.db
      .update(knowledgeDocuments)
      .set({ state: 'ready', progress: 100, leasedUntil: null, ...made })
      .where(isVersion(version))
      .returning({ id: knowledgeDocuments.id });
    if (rows.length === 0) return false;
    await this.#dropFile(version);
    return true;
  }

  /** Whether some searchable document has no vectors, or those of another model, whatever their dimensions. */
  async hasOtherThan(modelName: string): Promise<boolean> {
    const [row] = await this.db
      .select({ id: knowledgeDocuments.id })
      .from(knowledgeDocuments)
      .where(
        and(
          eq(knowledgeDocuments.state, 'ready'),
          sql`${knowledgeDocuments.passages} > 0`,
          sql`(${knowledgeDocuments.model} is null
            or not starts_with(${knowledgeDocuments.model}, ${`${modelName}/`}))`,
        ),
      )
      .limit(1);
    return row !== undefined;
  }

  /** A searchable document whose vectors are of another model, or missing. */
  async outdated(model: string): Promise<Version | undefined> {
    const [row] = await this.db
      .select({
        id: knowledgeDocuments.id,
        workspaceId: knowledgeDocuments.workspaceId,
        revision: knowledgeDocuments.revision,
      })
      .from(knowledgeDocuments)
      .where(
        and(
          eq(knowledgeDocuments.state, 'ready'),
          sql`${knowledgeDocuments.model} is distinct from ${model}`,
          sql`${knowledgeDocuments.passages} > 0`,
        ),
      )
      .orderBy(knowledgeDocuments.updatedAt)
      .limit(1);
    return row;
  }

  /** All its passages have vectors of this model now. */
  async reembedded(version: Version, model: string): Promise<void> {
    await this.db
      .update(knowledgeDocuments)
      .set({ model })
      .where(and(isVersion(version), eq(knowledgeDocuments.state, 'ready')));
  }

  /** Unless a newer content waits in its place. */
  async #dropFile({ id, revision }: Version): Promise<void> {
    await this.db.execute(sql`delete from knowledge_files f using knowledge_documents d
      where f.document_id = ${id} and d.id = f.document_id and d.revision = ${revision}`);
  }
}

function isVersion({ id, revision }: Version) {
  return and(eq(knowledgeDocuments.id, id), eq(knowledgeDocuments.revision, revision));
}
