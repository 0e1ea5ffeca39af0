import { and, asc, eq, gt, sql } from 'drizzle-orm';
import * as z from 'zod';
import type { Db } from '../db/db.ts';
import { rowsOf } from '../db/rows.ts';
import { knowledgeDocuments, knowledgePassages } from '../db/schema.ts';
import type { Version } from './document-work.ts';
import type { Passage } from './passages.ts';
import type { Vectors } from './vectors.ts';
import { Words } from './words.ts';

/**
 * Passages of one statement. PGlite works on the server's own thread and does one thing at a time: what takes long is
 * done in pieces of some 20 ms, between which conversations get their turn.
 */
export const passagesAtOnce = 16;
const removedAtOnce = 64;
const Removed = z.object({ terms: z.array(z.string()) });

/** Removes some passages of a document, unless it has another content by now. @returns whether there may be more */
export async function removeSome(db: Db, version: Version): Promise<boolean> {
  const { id, workspaceId } = version;
  return db.transaction(async (tx) => {
    if (!(await isCurrent(tx, version))) return false;
    const removed = rowsOf(
      Removed,
      await tx.execute(sql`delete from knowledge_passages where id in (
          select id from knowledge_passages where document_id = ${id} limit ${removedAtOnce})
        returning terms`),
    );
    if (removed.length > 0)
      await Words.countOut(
        tx,
        workspaceId,
        removed.map(({ terms }) => terms),
      );
    return removed.length === removedAtOnce;
  });
}

/**
 * Finishes a deletion, by whomever it was begun: all that was made of the document, and then its row.
 * @throws the signal's reason; what is left then is removed another time
 */
export async function removeDocument(
  db: Db,
  version: Version,
  signal?: AbortSignal,
): Promise<void> {
  while (await removeSome(db, version)) signal?.throwIfAborted();
  const { id, revision, state } = knowledgeDocuments;
  await db
    .delete(knowledgeDocuments)
    .where(and(eq(id, version.id), eq(revision, version.revision), eq(state, 'deleting')));
}

/** What it is stays what it is until the transaction ends. */
async function isCurrent(tx: Db, { id, revision }: Version): Promise<boolean> {
  const [current] = await tx
    .select({ revision: knowledgeDocuments.revision })
    .from(knowledgeDocuments)
    .where(eq(knowledgeDocuments.id, id))
    .for('share');
  return current?.revision === revision;
}

export type NewPassages = {
  /** Position of the first. */
  from: number;
  passages: readonly Passage[];
  /** Undefined where nothing could be embedded. */
  embedded: { model: string; vectors: readonly (readonly number[])[] } | undefined;
};

/** Adds passages to a document. @returns false when it has another content by now, or is deleted */
export async function addSome(
  db: Db,
  vectors: Vectors | undefined,
  version: Version,
  { from, passages, embedded }: NewPassages,
): Promise<boolean> {
  const { id: documentId, workspaceId } = version;
  return db.transaction(async (tx) => {
    if (!(await isCurrent(tx, version))) return false;
    const rows = passages.map(({ text, terms }, i) => ({
      documentId,
      position: from + i,
      text,
      terms: terms.split(' ').filter((term) => term !== ''),
    }));
    const stored = await tx
      .insert(knowledgePassages)
      .values(rows)
      .returning({ id: knowledgePassages.id, position: knowledgePassages.position });
    const made = stored.flatMap(({ id: passageId, position }) => {
      const vector = embedded?.vectors[position - from];
      return vector ? [{ passageId, vector }] : [];
    });
    if (embedded) await vectors?.put(documentId, embedded.model, made, tx);
    await Words.countIn(
      tx,
      workspaceId,
      rows.map(({ terms }) => terms),
    );
    return true;
  });
}

/** Passages of a document in their order. @param after a position; -1 begins */
export async function readSome(
  db: Db,
  documentId: string,
  after: number,
): Promise<{ id: string; position: number; text: string }[]> {
  return db
    .select({
      id: knowledgePassages.id,
      position: knowledgePassages.position,
      text: knowledgePassages.text,
    })
    .from(knowledgePassages)
    .where(and(eq(knowledgePassages.documentId, documentId), gt(knowledgePassages.position, after)))
    .orderBy(asc(knowledgePassages.position))
    .limit(passagesAtOnce);
}
