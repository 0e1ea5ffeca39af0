import { and, count, desc, eq, inArray, max, ne, sql } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { memories, memoryErasures } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import { PublicError } from '../errors/public-error.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Kept, Memory, NewMemory, Person } from './memory.ts';
import { placeOf } from './merging.ts';
import { forgetQuotes } from './quotes.ts';

export class MemoryNotFound extends PublicError {
  override readonly name = 'MemoryNotFound';
  constructor() {
    super(404, 'memory_not_found', 'There is no such memory of this user.');
  }
}

/** A life of facts about one person; more than that, and the least important of the oldest go. */
export const mostOfPerson = 500;
/** Rows that an export may hold. */
const mostExported = 50_000;

const columns = {
  id: memories.id,
  key: memories.key,
  text: memories.text,
  importance: memories.importance,
  metadata: memories.metadata,
  conversationId: memories.conversationId,
  turnId: memories.turnId,
  saidAt: memories.saidAt,
  createdAt: memories.createdAt,
  updatedAt: memories.updatedAt,
};
/** What counts most first; of equals the newest. */
const byWeight = [desc(memories.importance), desc(memories.saidAt), desc(memories.id)];

/** What characters remember of people. Workspace, character and person stand in every statement. */
export class Memories {
  constructor(
    private readonly deps: {
      db: Db;
      clock: Clock;
      /** Somebody's facts are others than before, for those who have them in mind. */
      onChanged?: (person: Person) => void;
    },
  ) {}

  /** One page, the newest first. @param page from 1 */
  async list(
    person: Person,
    { page, pageSize }: { page: number; pageSize: number },
  ): Promise<{ memories: Memory[]; total: number }> {
    const { db } = this.deps;
    const [counted] = await db.select({ total: count() }).from(memories).where(of(person));
    const found = await db
      .select(columns)
      .from(memories)
      .where(of(person))
      .orderBy(desc(memories.updatedAt), desc(memories.id))
      .limit(pageSize)
      .offset((page - 1) * pageSize);
    return { memories: found, total: counted?.total ?? 0 };
  }

  /** The most important ones, of equals the newest first. */
  foremost(person: Person, limit: number): Promise<Memory[]> {
    return this.deps.db
      .select(columns)
      .from(memories)
      .where(of(person))
      .orderBy(...byWeight)
      .limit(limit);
  }

  /** Whether a character remembers anything of anybody. */
  async hasAny(workspaceId: string, characterId: string): Promise<boolean> {
    const [one] = await this.deps.db
      .select({ id: memories.id })
      .from(memories)
      .where(and(eq(memories.workspaceId, workspaceId), eq(memories.characterId, characterId)))
      .limit(1);
    return one !== undefined;
  }

  async get(person: Person, id: string): Promise<Memory | undefined> {
    if (!isUuid(id)) return undefined;
    const [found] = await this.deps.db
      .select(columns)
      .from(memories)
      .where(and(of(person), eq(memories.id, id)));
    return found;
  }

  /**
   * Keeps what is new, in the place of what it replaces; of what says the same there is one. Older than what is known
   * of the same, or than the last erasure, it is left out.
   * @param within a transaction that this shall be part of
   * @returns one for each that was kept
   */
  async keep(person: Person, given: readonly NewMemory[], within?: Db): Promise<Kept[]> {
    if (given.length === 0) return [];
    if (!within) {
      const kept = await this.deps.db.transaction((tx) => this.keep(person, given, tx));
      this.deps.onChanged?.(person);
      return kept;
    }
    await lock(within, person);
    const erasedAt = await erased(within, person);
    const known = await within.select(columns).from(memories).where(of(person));
    const kept: Kept[] = [];
    for (const memory of given) {
      if (erasedAt && memory.saidAt <= erasedAt) continue;
      const place = placeOf(known, memory);
      if (place === 'stale') continue;
      const values = {
        ...{ key: memory.key, text: memory.text, importance: memory.importance },
        ...{ metadata: memory.metadata ?? null, saidAt: memory.saidAt },
        ...{ conversationId: memory.conversationId ?? null, turnId: memory.turnId ?? null },
        updatedAt: this.deps.clock.nowAt(),
      };
      const [row] = place
        ? await within
            .update(memories)
            .set(values)
            .where(and(of(person), eq(memories.id, place.id)))
            .returning(columns)
        : await within
            .insert(memories)
            .values({ ...person, ...values, createdAt: values.updatedAt })
            .returning(columns);
      if (!row) throw new Error('a memory was not stored');
      if (place)
        known.splice(
          known.findIndex(({ id }) => id === row.id),
          1,
        );
      known.push(row);
      kept.push({ id: row.id, event: place ? 'update' : 'add', text: row.text });
    }
    if (known.length > mostOfPerson) await forgetLeast(within, person);
    return kept;
  }

  /** One that gets the key of another takes its place. @throws {MemoryNotFound} */
  async edit(
    person: Person,
    id: string,
    changes: Partial<Pick<Memory, 'key' | 'text' | 'importance' | 'metadata'>>,
  ): Promise<Memory> {
    if (!isUuid(id)) throw new MemoryNotFound();
    const edited = await this.deps.db.transaction(async (tx) => {
      await lock(tx, person);
      const [edited] = await tx
        .update(memories)
        .set({ ...changes, updatedAt: this.deps.clock.nowAt() })
        .where(and(of(person), eq(memories.id, id)))
        .returning(columns);
      if (!edited) throw new MemoryNotFound();
      if (edited.key !== null)
        await tx
          .delete(memories)
          .where(and(of(person), eq(memories.key, edited.key), ne(memories.id, id)));
      return edited;
    });
    this.deps.onChanged?.(person);
    return edited;
  }

  /** @returns whether there was one */
  async delete(person: Person, id: string): Promise<boolean> {
    if (!isUuid(id)) return false;
    const isDeleted = await this.deps.db.transaction(async (tx) => {
      const deleted = await tx
        .delete(memories)
        .where(and(of(person), eq(memories.id, id)))
        .returning({ id: memories.id });
      if (deleted.length > 0) await forgetQuotes(tx, person.workspaceId, [id]);
      return deleted.length > 0;
    });
    if (isDeleted) this.deps.onChanged?.(person);
    return isDeleted;
  }

  /** All that the character remembers of them; what was said until now is not drawn from any more. @returns how many */
  async erase(person: Person): Promise<number> {
    const number = await this.deps.db.transaction(async (tx) => {
      await lock(tx, person);
      const erasedAt = this.deps.clock.nowAt();
      await tx
        .insert(memoryErasures)
        .values({ ...person, erasedAt })
        .onConflictDoUpdate({
          target: [memoryErasures.workspaceId, memoryErasures.characterId, memoryErasures.personId],
          set: { erasedAt },
        });
      const deleted = await tx.delete(memories).where(of(person)).returning({ id: memories.id });
      const ids = deleted.map(({ id }) => id);
      await forgetQuotes(tx, person.workspaceId, ids);
      return ids.length;
    });
    this.deps.onChanged?.(person);
    return number;
  }

  /** What all characters of a workspace remember of somebody, the oldest first. */
  export(workspaceId: string, personId: string): Promise<(Memory & { characterId: string })[]> {
    return this.deps.db
      .select({ ...columns, characterId: memories.characterId })
      .from(memories)
      .where(and(eq(memories.workspaceId, workspaceId), eq(memories.personId, personId)))
      .orderBy(memories.createdAt, memories.id)
      .limit(mostExported);
  }

  /** When something of each of them was last learned. */
  async lastLearned(workspaceId: string, personIds: string[]): Promise<Map<string, Date>> {
    if (personIds.length === 0) return new Map();
    const rows = await this.deps.db
      .select({ personId: memories.personId, at: max(memories.updatedAt) })
      .from(memories)
      .where(and(eq(memories.workspaceId, workspaceId), inArray(memories.personId, personIds)))
      .groupBy(memories.personId);
    return new Map(rows.flatMap(({ personId, at }) => (at ? [[personId, at]] : [])));
  }
}

function of({ workspaceId, characterId, personId }: Person) {
  return and(
    eq(memories.workspaceId, workspaceId),
    eq(memories.characterId, characterId),
    eq(memories.personId, personId),
  );
}

/** Who keeps or erases something of this person has them alone until the transaction ends. */
async function lock(tx: Db, { workspaceId, characterId, personId }: Person): Promise<void> {
  const name = JSON.stringify(['memories', workspaceId, characterId, personId]);
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
}

async function erased(tx: Db, person: Person): Promise<Date | undefined> {
  const [row] = await tx
    .select({ erasedAt: memoryErasures.erasedAt })
    .from(memoryErasures)
    .where(
      and(
        eq(memoryErasures.workspaceId, person.workspaceId),
        eq(memoryErasures.characterId, person.characterId),
        eq(memoryErasures.personId, person.personId),
      ),
    );
  return row?.erasedAt;
}

async function forgetLeast(tx: Db, person: Person): Promise<void> {
  const least = tx
    .select({ id: memories.id })
    .from(memories)
    .where(of(person))
    .orderBy(...byWeight)
    .offset(mostOfPerson);
  await tx.delete(memories).where(and(of(person), inArray(memories.id, least)));
}
