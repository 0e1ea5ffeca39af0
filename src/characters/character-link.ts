import type { Db } from '../db/db.ts';

/** What another noun links to a character by `/character/update`, such as its documents. */
export type CharacterLink = {
  /** The field of the update's body. */
  field: string;
  /**
   * Part of the update's transaction: what it throws undoes everything.
   * @throws {PublicError} when it cannot be linked
   */
  apply(tx: Db, workspaceId: string, characterId: string, value: unknown): Promise<void>;
};
