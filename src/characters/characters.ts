import { and, asc, eq } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { characters } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import type { Character } from '../protocol/character.ts';

const columns = {
  id: characters.id,
  name: characters.name,
  backstory: characters.backstory,
  greeting: characters.greeting,
  voice: characters.voice,
  language: characters.language,
};

/** The characters of workspaces; none is ever seen from another workspace. */
export class Characters {
  constructor(private readonly db: Db) {}

  /** @param id from the client, of any form. @returns undefined when this workspace has no such character */
  async get(workspaceId: string, id: string): Promise<Character | undefined> {
    if (!isUuid(id)) return undefined;
    const [found] = await this.db
      .select(columns)
      .from(characters)
      .where(and(eq(characters.workspaceId, workspaceId), eq(characters.id, id)));
    return found;
  }

  /** Oldest first. */
  list(workspaceId: string): Promise<Character[]> {
    return this.db
      .select(columns)
      .from(characters)
      .where(eq(characters.workspaceId, workspaceId))
      .orderBy(asc(characters.createdAt), asc(characters.name));
  }
}
