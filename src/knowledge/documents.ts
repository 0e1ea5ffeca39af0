import { and, count, desc, eq, inArray, ne, sql } from 'drizzle-orm';
import { createHash } from 'node:crypto';
import type { Db } from '../db/db.ts';
import { knowledgeDocuments, knowledgeFiles, knowledgeLinks } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import type { DocumentKind } from '../protocol/document.ts';
import { DocumentRefused, knowledgeLimits, type KnowledgeDocument } from './document.ts';
import { removeDocument } from './stored-passages.ts';

/** A file whose kind is known. */
export type NewFile = { name: string; kind: DocumentKind; content: Uint8Array };

const columns = {
  id: knowledgeDocuments.id,
  name: knowledgeDocuments.name,
  kind: knowledgeDocuments.kind,
  bytes: knowledgeDocuments.bytes,
  state: knowledgeDocuments.state,
  fault: knowledgeDocuments.fault,
  progress: knowledgeDocuments.progress,
  characters: knowledgeDocuments.characters,
  passages: knowledgeDocuments.passages,
  updatedAt: knowledgeDocuments.updatedAt,
};
/** So long the request that deletes a document has for it; then the reader finishes what it left. */
const deletionLease = sql`now() + interval '1 minute'`;
/** Of those that a workspace has; one that is being deleted is none of them. */
const isThere = ne(knowledgeDocuments.state, 'deleting');
/** What a new content begins with. */
const begun = {
  state: 'waiting',
  fault: null,
  progress: 0,
  characters: 0,
  attempts: 0,
  leasedUntil: null,
} as const;

/** The documents of workspaces and which characters answer from them; none is ever seen from another workspace. */
export class Documents {
  /** Hears of characters that may have got their first document. */
  onConnected: (characterId: string) => void = () => undefined;

  constructor(
    private readonly db: Db,
    /** There is something to read. */
    private readonly onWaiting: () => void = () => undefined,
  ) {}

  /**
   * Keeps a file to be read. The same content is the same document: it is not read again unless reading it had failed.
   * @throws {DocumentRefused}
   */
  async add(workspaceId: string, file: NewFile): Promise<KnowledgeDocument> {
    const hash = hashOf(file.content);
    const document = await this.db.transaction(async (tx) => {
      const own = and(eq(knowledgeDocuments.workspaceId, workspaceId), isThere);
      const [there] = await tx.select({ count: count() }).from(knowledgeDocuments).where(own);
      const [made] =
        there && there.count >= knowledgeLimits.documents
          ? []
          : await tx
              .insert(knowledgeDocuments)
              .values({ workspaceId, ...described(file), hash, ...begun })
              .onConflictDoNothing()
              .returning(columns);
      if (made) {
        await tx.insert(knowledgeFiles).values({ documentId: made.id, content: file.content });
        return made;
      }
      const same = and(own, eq(knowledgeDocuments.hash, hash));
      const [known] = await tx.select(columns).from(knowledgeDocuments).where(same);
      if (!known) {
        const most = knowledgeLimits.documents;
        throw new DocumentRefused(
          409,
          'too_many_documents',
          `A workspace keeps at most ${most} documents. Delete some first.`,
        );
      }
      return known.state === 'failed' ? replaceIn(tx, known.id, file, hash) : known;
    });
    this.onWaiting();
    return document;
  }

  /** New content under the same id; it is read anew, also when it is the same. @throws {DocumentRefused} */
  async replace(workspaceId: string, id: string, file: NewFile): Promise<KnowledgeDocument> {
    const hash = hashOf(file.content);
    const document = await this.db.transaction(async (tx) => {
      const [known] = await tx
        .select({ id: knowledgeDocuments.id })
        .from(knowledgeDocuments)
        .where(isOne(workspaceId, id))
        .for('update');
      if (!known) throw DocumentRefused.unknown();
      const [other] = await tx
        .select({ id: knowledgeDocuments.id })
        .from(knowledgeDocuments)
        .where(
          and(eq(knowledgeDocuments.workspaceId, workspaceId), eq(knowledgeDocuments.hash, hash)),
        );
      if (other && other.id !== id) {
        throw new DocumentRefused(
          409,
          'document_exists',
          `The document ${other.id} has this very content.`,
        );
      }
      return replaceIn(tx, id, file, hash);
    });
    this.onWaiting();
    return document;
  }

  /** The newest first. */
  async list(workspaceId: string): Promise<KnowledgeDocument[]> {
    return this.db
      .select(columns)
      .from(knowledgeDocuments)
      .where(and(eq(knowledgeDocuments.workspaceId, workspaceId), isThere))
      .orderBy(desc(knowledgeDocuments.updatedAt), desc(knowledgeDocuments.id))
      .limit(knowledgeLimits.documents);
  }

  /** Ids of the documents from which this character answers. */
  async activeOf(workspaceId: string, characterId: string): Promise<Set<string>> {
    const rows = await this.db
      .select({ id: knowledgeLinks.documentId })
      .from(knowledgeLinks)
      .where(
        and(
          eq(knowledgeLinks.workspaceId, workspaceId),
          eq(knowledgeLinks.characterId, characterId),
        ),
      );
    return new Set(rows.map(({ id }) => id));
  }

  /**
   * Deletes it with all that was made of it, and from every character. What a crash leaves of that the reader removes.
   * @throws {DocumentRefused}
   */
  async delete(workspaceId: string, id: string): Promise<void> {
    const deleting = await this.db.transaction(async (tx) => {
      // From here on nobody finds it, work on it is of no use, and its content may come again as another document.
      const [row] = await tx
        .update(knowledgeDocuments)
        .set({
          state: 'deleting',
          hash: sql`'deleted ' || ${knowledgeDocuments.id}`,
          revision: sql`${knowledgeDocuments.revision} + 1`,
          leasedUntil: deletionLease,
        })
        .where(isOne(workspaceId, id))
        .returning({ id: knowledgeDocuments.id, revision: knowledgeDocuments.revision });
      if (!row) throw DocumentRefused.unknown();
      await tx.delete(knowledgeLinks).where(eq(knowledgeLinks.documentId, row.id));
      await tx.delete(knowledgeFiles).where(eq(knowledgeFiles.documentId, row.id));
      return { ...row, workspaceId };
    });
    await removeDocument(this.db, deleting);
  }

  /**
   * Connects documents to a character, or disconnects them: all of them, or none.
   * @param db a transaction of which it is a part
   * @throws {DocumentRefused} when one of them is not this workspace's
   */
  async link(
    workspaceId: string,
    characterId: string,
    wishes: readonly { id: string; isActive: boolean }[],
    db = this.db,
  ): Promise<void> {
    const wished = new Map(wishes.map(({ id, isActive }) => [id, isActive]));
    await db.transaction(async (tx) => {
      const ids = [...wished.keys()].filter(isUuid);
      const known = await tx
        .select({ id: knowledgeDocuments.id })
        .from(knowledgeDocuments)
        .where(
          and(
            eq(knowledgeDocuments.workspaceId, workspaceId),
            inArray(knowledgeDocuments.id, ids),
            isThere,
          ),
        )
        .for('share');
      if (known.length < wished.size) throw DocumentRefused.unknown();
      const of = (isActive: boolean) => known.filter(({ id }) => wished.get(id) === isActive);
      const [active, inactive] = [of(true), of(false)];
      if (active.length > 0)
        await tx
          .insert(knowledgeLinks)
          .values(active.map(({ id }) => ({ workspaceId, characterId, documentId: id })))
          .onConflictDoNothing();
      if (inactive.length > 0)
        await tx.delete(knowledgeLinks).where(
          and(
            eq(knowledgeLinks.workspaceId, workspaceId),
            eq(knowledgeLinks.characterId, characterId),
            inArray(
              knowledgeLinks.documentId,
              inactive.map(({ id }) => id),
            ),
          ),
        );
    });
    if ([...wished.values()].includes(true)) this.onConnected(characterId);
  }
}

async function replaceIn(
  tx: Db,
  id: string,
  file: NewFile,
  hash: string,
): Promise<KnowledgeDocument> {
  const { content } = file;
  const [document] = await tx
    .update(knowledgeDocuments)
    .set({
      ...described(file),
      hash,
      ...begun,
      updatedAt: new Date(),
      revision: sql`${knowledgeDocuments.revision} + 1`,
    })
    .where(eq(knowledgeDocuments.id, id))
    .returning(columns);
  if (!document) throw DocumentRefused.unknown();
  await tx
    .insert(knowledgeFiles)
    .values({ documentId: id, content })
    .onConflictDoUpdate({ target: knowledgeFiles.documentId, set: { content } });
  return document;
}

function described({ name, kind, content }: NewFile) {
  return { name: name.slice(0, knowledgeLimits.nameChars), kind, bytes: content.length };
}

function isOne(workspaceId: string, id: string) {
  return isUuid(id)
    ? and(eq(knowledgeDocuments.workspaceId, workspaceId), eq(knowledgeDocuments.id, id), isThere)
    : sql`false`;
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
