import { and, count, desc, eq, inArray, sql } from 'drizzle-orm';
import { createHash } from 'node:crypto';
import type { Db } from '../db/db.ts';
import { knowledgeDocuments, knowledgeFiles, knowledgeLinks } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import type { DocumentKind } from '../protocol/document.ts';
import { DocumentRefused, knowledgeLimits, type KnowledgeDocument } from './document.ts';
import { removeSome } from './stored-passages.ts';

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
      const own = eq(knowledgeDocuments.workspaceId, workspaceId);
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

  /** New content under the same id; the same content changes nothing. @throws {DocumentRefused} */
  async replace(workspaceId: string, id: string, file: NewFile): Promise<KnowledgeDocument> {
    const hash = hashOf(file.content);
    const document = await this.db.transaction(async (tx) => {
      const [known] = await tx
        .select({ ...columns, hash: knowledgeDocuments.hash })
        .from(knowledgeDocuments)
        .where(isOne(workspaceId, id))
        .for('update');
      if (!known) throw DocumentRefused.unknown();
      const { hash: before, ...document } = known;
      if (before === hash && known.state !== 'failed') return document;
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
      .where(eq(knowledgeDocuments.workspaceId, workspaceId))
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

  /** Deletes it with all that was made of it, and from every character. @throws {DocumentRefused} */
  async delete(workspaceId: string, id: string): Promise<void> {
    // From here on nobody finds it, and work on it is of no use.
    const rows = await this.db
      .update(knowledgeDocuments)
      .set({
        state: 'failed',
        fault: 'It was about to be deleted.',
        revision: sql`${knowledgeDocuments.revision} + 1`,
      })
      .where(isOne(workspaceId, id))
      .returning({ id: knowledgeDocuments.id });
    if (rows.length === 0) throw DocumentRefused.unknown();
    while (await removeSome(this.db, { id, workspaceId }));
    await this.db.delete(knowledgeDocuments).where(isOne(workspaceId, id));
  }

  /**
   * Connects documents to a character, or disconnects them: all of them, or none.
   * @throws {DocumentRefused} when one of them is not this workspace's
   */
  async link(
    workspaceId: string,
    characterId: string,
    wishes: readonly { id: string; isActive: boolean }[],
  ): Promise<void> {
    const wished = new Map(wishes.map(({ id, isActive }) => [id, isActive]));
    await this.db.transaction(async (tx) => {
      const ids = [...wished.keys()].filter(isUuid);
      const known = await tx
        .select({ id: knowledgeDocuments.id })
        .from(knowledgeDocuments)
        .where(
          and(eq(knowledgeDocuments.workspaceId, workspaceId), inArray(knowledgeDocuments.id, ids)),
        );
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
    ? and(eq(knowledgeDocuments.workspaceId, workspaceId), eq(knowledgeDocuments.id, id))
    : sql`false`;
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
