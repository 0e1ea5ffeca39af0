import { and, asc, count, eq } from 'drizzle-orm';
import * as z from 'zod';
import type { Db } from '../db/db.ts';
import { ownModels } from '../db/schema.ts';
import { SealBroken, type Sealer } from '../db/sealer.ts';
import { PublicError } from '../errors/public-error.ts';
import type { AddressGuard } from '../net/address-guard.ts';
import type { StageSettings } from '../protocol/provider-settings.ts';

/** A workspace's own model as it is listed: its key is never read back. */
export type OwnModel = {
  groupName: string;
  modelName: string;
  displayName: string;
  baseUrl: string;
  isUncensored: boolean;
  createdAt: Date;
};

class ModelExists extends PublicError {
  constructor(what: 'Model group name' | 'Display name') {
    super(409, 'model_exists', `${what} already exists`);
  }
}

class ModelNotFound extends PublicError {
  constructor(groupName: string) {
    super(404, 'model_not_found', `Model '${groupName}' not found or access denied`);
  }
}

class ModelInvalid extends PublicError {
  constructor(problem: string) {
    super(400, 'invalid_model', problem);
  }
}

const name = z.string().trim().min(1).max(200);
const BaseUrl = z
  .string()
  .trim()
  .max(2_000)
  .refine((text) => URL.canParse(text), { error: 'must be a URL' })
  .transform((text) => new URL(text))
  .refine((url) => /^https?:$/.test(url.protocol), { error: 'must begin with https:// or http://' })
  .refine(
    (url) => url.username === '' && url.password === '' && url.search === '' && url.hash === '',
    {
      error: 'must have neither a user nor a query',
    },
  )
  .transform((url) => url.href.replace(/\/+$/, ''));
const ApiKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,1024}$/, { error: 'must be printable ASCII, no spaces' });

const ModelFields = z.object({
  modelName: name,
  displayName: name,
  baseUrl: BaseUrl,
  apiKey: ApiKey,
  isUncensored: z.boolean(),
});
const ModelDraft = ModelFields.extend({ groupName: name });
export type ModelDraft = z.input<typeof ModelDraft>;
const ModelChange = ModelFields.omit({ modelName: true }).partial();
export type ModelChange = z.input<typeof ModelChange>;

const mostModels = 200;

export type OwnModelsDeps = {
  db: Db;
  sealer: Sealer;
  guard: AddressGuard;
  /** What the guard lets through besides public addresses: agent processes connect under the same rule. */
  privateHosts: string[];
  onUnreadable: (groupName: string) => void;
};

/** Language models of workspaces: OpenAI-shaped endpoints of their own, that their characters answer with. */
export class OwnModels {
  constructor(private readonly deps: OwnModelsDeps) {}

  /** @throws {ModelInvalid | ModelExists} */
  async register(workspaceId: string, draft: ModelDraft): Promise<OwnModel> {
    const { apiKey, ...model } = parsed(ModelDraft, draft);
    await this.#refusePrivate(model.baseUrl);
    const { db, sealer } = this.deps;
    return db.transaction(async (tx) => {
      const own = eq(ownModels.workspaceId, workspaceId);
      const [there] = await tx.select({ count: count() }).from(ownModels).where(own);
      if (there && there.count >= mostModels)
        throw new ModelInvalid(`A workspace has at most ${mostModels} models.`);
      const apiKeySealed = sealer.seal(apiKey, placeOf(workspaceId, model.groupName));
      const [made] = await tx
        .insert(ownModels)
        .values({ ...model, workspaceId, apiKeySealed })
        .onConflictDoNothing()
        .returning(columns);
      if (made) return made;
      const [same] = await tx
        .select({ groupName: ownModels.groupName })
        .from(ownModels)
        .where(and(own, eq(ownModels.groupName, model.groupName)));
      throw new ModelExists(same ? 'Model group name' : 'Display name');
    });
  }

  /** @throws {ModelNotFound | ModelInvalid | ModelExists} */
  async update(workspaceId: string, groupName: string, change: ModelChange): Promise<void> {
    const { apiKey, ...rest } = parsed(ModelChange, change);
    if (rest.baseUrl !== undefined) await this.#refusePrivate(rest.baseUrl);
    const { db, sealer } = this.deps;
    await db.transaction(async (tx) => {
      const is = and(eq(ownModels.workspaceId, workspaceId), eq(ownModels.groupName, groupName));
      const [there] = await tx.select(columns).from(ownModels).where(is).for('update');
      if (!there) throw new ModelNotFound(groupName);
      const { displayName } = rest;
      if (displayName !== undefined && displayName !== there.displayName) {
        const [taken] = await tx
          .select({ groupName: ownModels.groupName })
          .from(ownModels)
          .where(
            and(eq(ownModels.workspaceId, workspaceId), eq(ownModels.displayName, displayName)),
          );
        if (taken) throw new ModelExists('Display name');
      }
      const sealed = apiKey && {
        apiKeySealed: sealer.seal(apiKey, placeOf(workspaceId, groupName)),
      };
      await tx
        .update(ownModels)
        .set({ ...rest, ...sealed, updatedAt: new Date() })
        .where(is);
    });
  }

  /** @throws {ModelNotFound} */
  async deregister(workspaceId: string, groupName: string): Promise<void> {
    const gone = await this.deps.db
      .delete(ownModels)
      .where(and(eq(ownModels.workspaceId, workspaceId), eq(ownModels.groupName, groupName)))
      .returning({ groupName: ownModels.groupName });
    if (gone.length === 0) throw new ModelNotFound(groupName);
  }

  /** Oldest first. */
  list(workspaceId: string): Promise<OwnModel[]> {
    return this.deps.db
      .select(columns)
      .from(ownModels)
      .where(eq(ownModels.workspaceId, workspaceId))
      .orderBy(asc(ownModels.createdAt), asc(ownModels.groupName))
      .limit(mostModels);
  }

  /**
   * How to reach the model of this name, key and all: for those who call it, never for an answer.
   * @returns null when the workspace has none of this name. With a key that cannot be opened it is returned without
   * one: the endpoint will refuse, and what is said in private goes to no other.
   */
  async settings(workspaceId: string, model: string | null): Promise<StageSettings | null> {
    if (model === null) return null;
    const [row] = await this.deps.db
      .select()
      .from(ownModels)
      .where(and(eq(ownModels.workspaceId, workspaceId), eq(ownModels.groupName, model)));
    if (!row) return null;
    const { privateHosts } = this.deps;
    const reach = { baseUrl: row.baseUrl, model: row.modelName, privateHosts };
    try {
      const apiKey = this.deps.sealer.open(row.apiKeySealed, placeOf(workspaceId, model));
      return { ...reach, apiKey };
    } catch (cause) {
      if (!(cause instanceof SealBroken)) throw cause;
      this.deps.onUnreadable(model);
      return reach;
    }
  }

  async #refusePrivate(baseUrl: string): Promise<void> {
    try {
      await this.deps.guard.check(new URL(baseUrl));
    } catch {
      throw new ModelInvalid('base_url: its host cannot be reached from here, or is a private one');
    }
  }
}

const columns = {
  groupName: ownModels.groupName,
  modelName: ownModels.modelName,
  displayName: ownModels.displayName,
  baseUrl: ownModels.baseUrl,
  isUncensored: ownModels.isUncensored,
  createdAt: ownModels.createdAt,
};

const placeOf = (workspaceId: string, groupName: string) => `model:${workspaceId}:${groupName}`;

const wireNames: Record<string, string> = {
  groupName: 'model_group_name',
  modelName: 'model_name',
  displayName: 'display_name',
  baseUrl: 'base_url',
  apiKey: 'api_key',
  isUncensored: 'is_uncensored',
};

function parsed<S extends z.ZodType>(schema: S, given: unknown): z.output<S> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = String(issue?.path[0] ?? '');
  throw new ModelInvalid(`${wireNames[field] ?? field}: ${issue?.message ?? 'invalid'}`);
}
