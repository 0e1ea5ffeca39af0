import { Characters } from '../characters/characters.ts';
import type { CharacterRecord } from '../characters/character-record.ts';
import type { Db } from '../db/db.ts';
import { copyFunctionLinks } from '../functions/copy-links.ts';
import { copyDocumentLinks } from '../knowledge/copy-links.ts';
import { copyAttachments } from '../mcp/copy-attachments.ts';
import { copyStory } from '../narratives/copy-story.ts';

/** Second characters with all that the first has, but nothing of what was said to it. */
export class Cloning {
  constructor(private readonly db: Db) {}

  /**
   * Whole, or not at all: its fields, its story, what it may call, and, if that is wanted, what it answers from.
   * @returns undefined when this workspace has no such character
   */
  clone(
    workspaceId: string,
    ref: string,
    { withDocuments }: { withDocuments: boolean },
  ): Promise<CharacterRecord | undefined> {
    return this.db.transaction(async (tx) => {
      const characters = new Characters(tx);
      const original = await characters.get(workspaceId, ref);
      const copy = original && (await characters.clone(workspaceId, original.id));
      if (!copy) return undefined;
      const [from, to] = [original.id, copy.character.id];
      await copyStory(tx, { workspaceId, characterId: from }, { workspaceId, characterId: to });
      await copyFunctionLinks(tx, workspaceId, { from, to });
      await copyAttachments(tx, workspaceId, { from, to });
      if (withDocuments) await copyDocumentLinks(tx, workspaceId, { from, to });
      return copy;
    });
  }
}
