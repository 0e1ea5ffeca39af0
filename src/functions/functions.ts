import { and, asc, count, eq, inArray } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { characterFunctions, functions } from '../db/schema.ts';
import { SealBroken, type Sealer } from '../db/sealer.ts';
import { isUuid } from '../db/uuid.ts';
import { PublicError } from '../errors/public-error.ts';
import type { AddressGuard } from '../net/address-guard.ts';
import type { HttpFunction } from '../protocol/tool-settings.ts';
import { argumentSchema, FunctionInvalid, httpSource } from './function-source.ts';

/** A function as it is listed: what it is made of is not read back. */
export type StoredFunction = {
  id: string;
  name: string;
  description: string;
  language: string;
  inputDescription: string;
  createdAt: Date;
};
export type FunctionDraft = {
  name: string;
  description: string;
  language: string;
  sourceCode: string;
  inputDescription: string;
};
export type FunctionLink = { id: string; isActive: boolean };

class FunctionUnknown extends PublicError {
  override readonly name = 'FunctionUnknown';
  constructor(id: string) {
    super(404, 'unknown_function', `Function with id ${id} not found`);
  }
}

/** As documented, of one character. */
const mostActive = 128;
const most = { functions: 1_000, nameChars: 120, descriptionChars: 2_000, sourceChars: 20_000 };

const columns = {
  id: functions.id,
  name: functions.name,
  description: functions.description,
  language: functions.language,
  inputDescription: functions.inputDescription,
  createdAt: functions.createdAt,
};

export type FunctionsDeps = {
  db: Db;
  sealer: Sealer;
  guard: AddressGuard;
  onUnreadable: (functionId: string) => void;
};

/** Functions of workspaces that their characters may call: each an HTTP request, with its keys sealed. */
export class Functions {
  constructor(private readonly deps: FunctionsDeps) {}

  /** @throws {FunctionInvalid} */
  async create(workspaceId: string, draft: FunctionDraft): Promise<StoredFunction> {
    const { sourceCode, ...fields } = draft;
    refuseLong(draft);
    if (fields.language !== 'http')
      throw new FunctionInvalid(`Language ${fields.language} not supported`);
    argumentSchema(fields.inputDescription);
    await this.#refusePrivate(httpSource(sourceCode).url);
    const { db, sealer } = this.deps;
    return db.transaction(async (tx) => {
      const own = eq(functions.workspaceId, workspaceId);
      const [there] = await tx.select({ count: count() }).from(functions).where(own);
      if (there && there.count >= most.functions)
        throw new FunctionInvalid(`A workspace has at most ${most.functions} functions.`);
      const id = crypto.randomUUID();
      const sourceSealed = sealer.seal(sourceCode, placeOf(workspaceId, id));
      const [made] = await tx
        .insert(functions)
        .values({ ...fields, id, workspaceId, sourceSealed })
        .returning(columns);
      if (!made) throw new Error('a function was not stored');
      return made;
    });
  }

  /** Oldest first. */
  list(workspaceId: string): Promise<StoredFunction[]> {
    return this.deps.db
      .select(columns)
      .from(functions)
      .where(eq(functions.workspaceId, workspaceId))
      .orderBy(asc(functions.createdAt), asc(functions.id))
      .limit(most.functions);
  }

  /** Ids of those that the character may call. */
  async active(workspaceId: string, characterId: string): Promise<Set<string>> {
    const rows = await this.deps.db
      .select({ id: functions.id })
      .from(characterFunctions)
      .innerJoin(functions, eq(functions.id, characterFunctions.functionId))
      .where(
        and(
          eq(characterFunctions.characterId, characterId),
          eq(functions.workspaceId, workspaceId),
        ),
      );
    return new Set(rows.map(({ id }) => id));
  }

  /**
   * Links and unlinks, all or nothing.
   * @param db a transaction of which it is a part
   * @throws {FunctionInvalid | FunctionUnknown}
   */
  async link(
    workspaceId: string,
    characterId: string,
    links: FunctionLink[],
    db = this.deps.db,
  ): Promise<void> {
    await db.transaction(async (tx) => {
      for (const { id } of links) await known(tx, workspaceId, id);
      const off = links.filter(({ isActive }) => !isActive).map(({ id }) => id);
      const on = links.filter(({ isActive }) => isActive).map(({ id }) => id);
      const ofCharacter = eq(characterFunctions.characterId, characterId);
      if (off.length > 0)
        await tx
          .delete(characterFunctions)
          .where(and(ofCharacter, inArray(characterFunctions.functionId, off)));
      if (on.length > 0)
        await tx
          .insert(characterFunctions)
          .values(on.map((functionId) => ({ characterId, functionId })))
          .onConflictDoNothing();
      const [there] = await tx
        .select({ count: count() })
        .from(characterFunctions)
        .where(ofCharacter);
      if (there && there.count > mostActive)
        throw new FunctionInvalid(
          `Function limit exceeded. A maximum of ${mostActive} functions can be connected to a character.`,
        );
    });
  }

  /** With every link to it. @throws {FunctionUnknown} */
  async delete(workspaceId: string, id: string): Promise<void> {
    await known(this.deps.db, workspaceId, id);
    await this.deps.db
      .delete(functions)
      .where(and(eq(functions.workspaceId, workspaceId), eq(functions.id, id)));
  }

  /** How to call what the character may call, keys and all: for those who call, never for an answer. */
  async settings(workspaceId: string, characterId: string): Promise<HttpFunction[]> {
    const rows = await this.deps.db
      .select({ ...columns, sourceSealed: functions.sourceSealed })
      .from(characterFunctions)
      .innerJoin(functions, eq(functions.id, characterFunctions.functionId))
      .where(
        and(
          eq(characterFunctions.characterId, characterId),
          eq(functions.workspaceId, workspaceId),
        ),
      )
      .orderBy(asc(functions.createdAt), asc(functions.id))
      .limit(mostActive);
    return rows.flatMap((row): HttpFunction[] => {
      const source = this.#open(row.sourceSealed, workspaceId, row.id);
      if (source === undefined) return [];
      const { method, url, headers, timeout_s, result_max_chars, repeatable } = httpSource(source);
      return [
        {
          ...{ method, url, headers, name: callName(row.name), description: row.description },
          parameters: argumentSchema(row.inputDescription),
          isRepeatable: repeatable ?? method === 'GET',
          timeoutMs: timeout_s * 1000,
          resultChars: result_max_chars,
        },
      ];
    });
  }

  /** Sealed with another secret it is gone; the others are not. */
  #open(sealed: string, workspaceId: string, id: string): string | undefined {
    try {
      return this.deps.sealer.open(sealed, placeOf(workspaceId, id));
    } catch (cause) {
      if (!(cause instanceof SealBroken)) throw cause;
      this.deps.onUnreadable(id);
      return undefined;
    }
  }

  async #refusePrivate(url: string): Promise<void> {
    try {
      await this.deps.guard.check(new URL(url));
    } catch {
      throw new FunctionInvalid(
        'source_code: the host of url cannot be reached from here, or is a private one',
      );
    }
  }
}

const placeOf = (workspaceId: string, id: string) => `function:${workspaceId}:${id}`;

/** "Get Weather" is get_weather for a model. */
function callName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}

function refuseLong(draft: FunctionDraft): void {
  const faults: [boolean, string][] = [
    [draft.name.length > most.nameChars, 'name is too long'],
    [draft.description.length > most.descriptionChars, 'description is too long'],
    [draft.sourceCode.length > most.sourceChars, 'source_code is too long'],
    [draft.inputDescription.length > most.sourceChars, 'input_description is too long'],
  ];
  for (const [isFault, problem] of faults) if (isFault) throw new FunctionInvalid(problem);
}

async function known(db: Db, workspaceId: string, id: string): Promise<void> {
  const [found] = isUuid(id)
    ? await db
        .select({ id: functions.id })
        .from(functions)
        .where(and(eq(functions.workspaceId, workspaceId), eq(functions.id, id)))
    : [];
  if (!found) throw new FunctionUnknown(id);
}
