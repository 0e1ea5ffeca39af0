import { and, asc, count, eq, inArray, sql, type SQL } from 'drizzle-orm';
import * as z from 'zod';
import type { Db } from '../db/db.ts';
import { characters, conversations, workspaces } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import type { Character } from '../protocol/character.ts';
import { CharacterChange, CharacterDraft, mostCharacterBytes } from './character-fields.ts';
import type { CharacterRecord } from './character-record.ts';
import { characterRef } from './character-ref.ts';
import { CharacterChanged, CharacterInvalid, TooManyCharacters } from './character-refusals.ts';
import { asRecord, withInteraction } from './character-rows.ts';

/** More than any gallery shows, and few enough that a list of them all is no danger. */
const mostCharacters = 10_000;
const mostListed = 1_000;
/** Up to here, numbers are for characters that come with one. */
const mostOwnNumber = 100;

/** The characters of workspaces; none is ever seen, or changed, from another workspace. */
export class Characters {
  /** @param onDeleted awaited when one is gone with its conversations: what else is kept of those */
  constructor(
    private readonly db: Db,
    private readonly onDeleted?: () => Promise<void>,
  ) {}

  /**
   * @param ref from the client, of any form: the character's id, with or without dashes, or its number
   * @returns undefined when this workspace has no such character
   */
  async get(workspaceId: string, ref: string | number): Promise<Character | undefined> {
    return (await this.read(workspaceId, ref))?.character;
  }

  /** As `get`, with everything that is kept about it. */
  async read(workspaceId: string, ref: string | number): Promise<CharacterRecord | undefined> {
    const is = characterRef(ref);
    return is && this.#one(and(eq(characters.workspaceId, workspaceId), is));
  }

  /**
   * Who a conversation of this workspace is with: another workspace's character, too, which was open to it when the
   * conversation began. Only for what is done with such a conversation.
   */
  async readIn(workspaceId: string, conversationId: string): Promise<CharacterRecord | undefined> {
    if (!isUuid(conversationId)) return undefined;
    const character = this.db
      .select({ id: conversations.characterId })
      .from(conversations)
      .where(and(eq(conversations.id, conversationId), eq(conversations.workspaceId, workspaceId)));
    return this.#one(inArray(characters.id, character));
  }

  /** The oldest character of exactly this name. */
  async readByName(workspaceId: string, name: string): Promise<CharacterRecord | undefined> {
    return this.#one(and(eq(characters.workspaceId, workspaceId), eq(characters.name, name)));
  }

  /** Oldest first. */
  async list(workspaceId: string): Promise<Character[]> {
    return (await this.listRecords(workspaceId)).map(({ character }) => character);
  }

  /** Oldest first, at most 1,000 at once; of those planted together, the ones with a number of their own come last. */
  async listRecords(
    workspaceId: string,
    { limit = mostListed, offset = 0 }: { limit?: number; offset?: number } = {},
  ): Promise<CharacterRecord[]> {
    const rows = await this.db
      .select(withInteraction)
      .from(characters)
      .where(eq(characters.workspaceId, workspaceId))
      .orderBy(
        asc(characters.createdAt),
        asc(sql`${characters.number} <= ${mostOwnNumber}`),
        asc(characters.number),
      )
      .limit(Math.min(limit, mostListed))
      .offset(offset);
    return rows.map(asRecord);
  }

  /** The workspace's gallery, by number; at most 1,000. */
  async listed(workspaceId: string): Promise<CharacterRecord[]> {
    const rows = await this.db
      .select(withInteraction)
      .from(characters)
      .where(and(eq(characters.workspaceId, workspaceId), eq(characters.listing, 'listed')))
      .orderBy(asc(characters.number))
      .limit(mostListed);
    return rows.map(asRecord);
  }

  /**
   * @param alongside as with `update`
   * @throws {CharacterInvalid | TooManyCharacters} and what `alongside` throws
   */
  async create(
    workspaceId: string,
    draft: CharacterDraft,
    alongside?: (tx: Db, characterId: string) => Promise<void>,
  ): Promise<CharacterRecord> {
    const parsed = CharacterDraft.safeParse(draft);
    if (!parsed.success) throw CharacterInvalid.from(parsed.error);
    return this.db.transaction(async (tx) => {
      const made = await new Characters(tx).#insert(workspaceId, parsed.data);
      await alongside?.(tx, made.character.id);
      return made;
    });
  }

  /**
   * Changes what is given. Of the API dialects (`convai`, …) the given keys replace those of before.
   * @param ifVersion the version the caller has read; undefined overwrites whatever is there
   * @param alongside changes what is linked to it in the same transaction: all of it happens, or nothing
   * @returns undefined when this workspace has no such character
   * @throws {CharacterChanged | CharacterInvalid} and what `alongside` throws
   */
  async update(
    workspaceId: string,
    ref: string | number,
    change: CharacterChange,
    ifVersion?: number,
    alongside?: (tx: Db, characterId: string) => Promise<void>,
  ): Promise<CharacterRecord | undefined> {
    const parsed = CharacterChange.safeParse(change);
    if (!parsed.success) throw CharacterInvalid.from(parsed.error);
    const is = characterRef(ref);
    if (!is) return undefined;
    return this.db.transaction(async (tx) => {
      const [row] = await tx
        .select()
        .from(characters)
        .where(and(eq(characters.workspaceId, workspaceId), is))
        .for('update');
      if (!row) return undefined;
      if (ifVersion !== undefined && ifVersion !== row.version)
        throw new CharacterChanged(row.version);
      const { convai, xingchen, aiChat, ...rest } = parsed.data;
      const next = {
        ...rest,
        ...(convai && { convai: merged(row.convai, convai) }),
        ...(xingchen && { xingchen: merged(row.xingchen, xingchen) }),
        ...(aiChat && { aiChat: merged(row.aiChat, aiChat) }),
      };
      refuseTooLarge({ ...row, ...next });
      await tx
        .update(characters)
        .set({ ...next, version: row.version + 1, updatedAt: new Date() })
        .where(eq(characters.id, row.id));
      await alongside?.(tx, row.id);
      return new Characters(tx).#one(eq(characters.id, row.id));
    });
  }

  /**
   * A second character with all that is kept of the first: its conversations stay with the first.
   * @returns undefined when this workspace has no such character
   */
  async clone(workspaceId: string, ref: string | number): Promise<CharacterRecord | undefined> {
    const original = await this.read(workspaceId, ref);
    if (!original) return undefined;
    const { description, picture, listing, convai, xingchen, aiChat } = original;
    const copied = { description, picture, listing, convai, xingchen, aiChat };
    // The number is its own: a draft takes none but those that are given on purpose.
    return this.create(workspaceId, { ...original.character, ...copied, number: undefined });
  }

  /** Deletes it with its conversations. @returns whether there was such a character */
  async delete(workspaceId: string, ref: string | number): Promise<boolean> {
    const is = characterRef(ref);
    if (!is) return false;
    const deleted = await this.db
      .delete(characters)
      .where(and(eq(characters.workspaceId, workspaceId), is))
      .returning({ id: characters.id });
    if (deleted.length === 0) return false;
    await this.onDeleted?.();
    return true;
  }

  async #insert(
    workspaceId: string,
    { number, ...draft }: z.output<typeof CharacterDraft>,
  ): Promise<CharacterRecord> {
    const own = eq(characters.workspaceId, workspaceId);
    const [there] = await this.db.select({ count: count() }).from(characters).where(own);
    if (there && there.count >= mostCharacters) throw new TooManyCharacters(mostCharacters);
    const values = { ...draft, backstory: draft.backstory ?? '', workspaceId };
    refuseTooLarge(values);
    const [made] = await this.db
      .insert(characters)
      .values({ ...values, number: number ?? (await this.#nextNumber(workspaceId)) })
      .returning({ id: characters.id });
    const record = made && (await this.#one(eq(characters.id, made.id)));
    if (!record) throw new Error('a character was not stored');
    return record;
  }

  /** Counts in the workspace's row, so that the number of a deleted character never means another one. */
  async #nextNumber(workspaceId: string): Promise<number> {
    const [counted] = await this.db
      .update(workspaces)
      .set({ nextCharacterNumber: sql`${workspaces.nextCharacterNumber} + 1` })
      .where(eq(workspaces.id, workspaceId))
      .returning({ next: workspaces.nextCharacterNumber });
    if (!counted) throw new Error('there is no such workspace');
    return counted.next - 1;
  }

  async #one(where: SQL | undefined): Promise<CharacterRecord | undefined> {
    const [row] = await this.db
      .select(withInteraction)
      .from(characters)
      .where(where)
      .orderBy(asc(characters.createdAt), asc(characters.number))
      .limit(1);
    return row && asRecord(row);
  }
}

const Kept = z.record(z.string(), z.unknown());

function merged(before: unknown, given: Record<string, unknown>): Record<string, unknown> {
  return { ...Kept.parse(before), ...given };
}

function refuseTooLarge(values: Record<string, unknown>): void {
  const { convai, xingchen, aiChat, ...rest } = values;
  if (jsonBytes(rest) > mostCharacterBytes)
    throw new CharacterInvalid(`A character is at most ${mostCharacterBytes} bytes of JSON.`);
  const dialects = CharacterChange.pick({ convai: true, xingchen: true, aiChat: true });
  const parsed = dialects.safeParse({ convai, xingchen, aiChat });
  if (!parsed.success) throw CharacterInvalid.from(parsed.error);
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
