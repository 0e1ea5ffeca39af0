import * as z from 'zod';
import type { CharacterRecord } from '../../../characters/character-record.ts';
import type { Db } from '../../../db/db.ts';
import { PublicError } from '../../../errors/public-error.ts';
import type { Documents } from '../../../knowledge/documents.ts';
import { uuidOf } from '../../../protocol/xingchen/ids.ts';

export type DocumentLinks = Pick<Documents, 'link'> & {
  list(workspaceId: string): Promise<{ id: string }[]>;
};

/** Not cut in the middle of a character that takes two units. */
const shortened = (id: string) => id.slice(0, 64).replace(/[\uD800-\uDBFF]$/, '');

class KnowledgeBaseNotFound extends PublicError {
  constructor(id: string) {
    super(
      404,
      'knowledge_base_not_found',
      `This workspace has no document ${shortened(id)}: advancedConfig.knowledgeBases must name documents that were uploaded with this workspace's keys.`,
    );
  }
}

const Kept = z.object({
  advancedConfig: z.object({ knowledgeBases: z.array(z.string()).nullish() }),
});

/** The documents from which a character answers, as `advancedConfig.knowledgeBases` names them. */
export class KnowledgeBases {
  constructor(private readonly documents: DocumentLinks) {}

  /** What was named before. */
  of({ xingchen }: CharacterRecord): string[] {
    const kept = Kept.safeParse(xingchen);
    return kept.success ? (kept.data.advancedConfig.knowledgeBases ?? []) : [];
  }

  /** Before anything is changed. @throws {KnowledgeBaseNotFound} when one is not this workspace's */
  async check(workspaceId: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const known = new Set((await this.documents.list(workspaceId)).map(({ id }) => id));
    const unknown = ids.find((id) => !known.has(uuidOf(id) ?? ''));
    if (unknown !== undefined) throw new KnowledgeBaseNotFound(unknown);
  }

  /**
   * Connects what is named now, and disconnects what is not any more; what other APIs connected stays.
   * @returns what does it, in the transaction that changes the character; undefined when there is nothing to do
   */
  async change(
    workspaceId: string,
    { before, after }: { before: readonly string[]; after: readonly string[] },
  ): Promise<((tx: Db, characterId: string) => Promise<void>) | undefined> {
    if (before.length === 0 && after.length === 0) return undefined;
    const known = new Set((await this.documents.list(workspaceId)).map(({ id }) => id));
    const wished = new Set(after.map((id) => uuidOf(id) ?? ''));
    const wishes = [...new Set([...before.map((id) => uuidOf(id) ?? ''), ...wished])]
      .filter((id) => known.has(id))
      .map((id) => ({ id, isActive: wished.has(id) }));
    if (wishes.length === 0) return undefined;
    return (tx, characterId) => this.documents.link(workspaceId, characterId, wishes, tx);
  }
}
