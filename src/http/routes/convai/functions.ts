import { Router, type Request, type RequestHandler } from 'express';
import * as z from 'zod';
import type { CharacterLink } from '../../../characters/character-link.ts';
import type { Characters } from '../../../characters/characters.ts';
import { FunctionInvalid } from '../../../functions/function-source.ts';
import type { FunctionLink, Functions, StoredFunction } from '../../../functions/functions.ts';
import { laxInt } from '../../../protocol/lax.ts';
import { callerOf } from '../../api-key.ts';
import { parseBody } from '../../json-body.ts';
import { InvalidRequest, Unauthorized } from '../../refusals.ts';
import type { Dialect } from '../../render-error.ts';
import { contextOf } from '../../request-context.ts';
import { CraftingRefused } from './crafting-dialect.ts';

const text = z.string().trim().min(1).max(100_000);
export const CreateFunction = z.object({
  name: text,
  description: text,
  /** `http`: a request of one's own form. Convai's `python` runs code, which this server does not. */
  language: text,
  source_code: text,
  input_description: text,
});
const id = z.union([z.string().trim().min(1).max(200), z.int()]).transform(String);
export const ListFunctions = z.object({
  character_id: id.nullish(),
  per_page: laxInt(-1, 1_000).nullish(),
  page: laxInt(1, 1_000_000).nullish(),
});
export const DeleteFunction = z.object({ function_id: z.string().trim().min(1).max(200) });

const Listed = z.object({
  function_id: z.string(),
  name: z.string(),
  description: z.string(),
  language: z.string(),
  created_at: z.string(),
  status: z.enum(['active', 'inactive']).optional(),
});
export const FunctionList = z.object({
  transactionID: z.string(),
  functions: z.array(Listed),
  total_pages: z.int().optional(),
  per_page: z.int().optional(),
  page: z.int().optional(),
  total: z.int().optional(),
});
export const FunctionMade = z.object({
  transactionID: z.string(),
  function: Listed.omit({ status: true }).extend({
    source_code: z.string(),
    base64_source_code: z.string(),
    input_description: z.string(),
  }),
});

/** external-api.md. */
export const functionsDialect: Dialect = (error, traceId) =>
  error instanceof Unauthorized
    ? { ERROR: 'Invalid API key provided.' }
    : { ERROR: error.message, 'Reference ID': traceId };

export type FunctionRouteDeps = { characters: Characters; functions: Functions };

export function functionRoutes(deps: FunctionRouteDeps, guards: RequestHandler[]): Router {
  const { characters, functions } = deps;
  const router = Router();

  router.post('/functions/create', ...guards, async (req, res) => {
    const sent = read(CreateFunction, req);
    const made = await functions.create(callerOf(req).workspaceId, {
      name: sent.name,
      description: sent.description,
      language: sent.language,
      sourceCode: sent.source_code,
      inputDescription: sent.input_description,
    });
    const source = withoutSecrets(sent.source_code);
    const answer: z.infer<typeof FunctionMade> = {
      transactionID: contextOf(req).traceId,
      function: {
        ...listed(made),
        source_code: source,
        base64_source_code: Buffer.from(source).toString('base64'),
        input_description: made.inputDescription,
      },
    };
    res.status(201).json(answer);
  });

  router.post('/functions/list', ...guards, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const sent = contextOf(req).body === undefined ? {} : read(ListFunctions, req);
    const all = await functions.list(workspaceId);
    const active = await activeOf(workspaceId, sent.character_id);
    const perPage = sent.per_page ?? -1;
    const page = sent.page ?? 1;
    const shown = perPage > 0 ? all.slice((page - 1) * perPage, page * perPage) : all;
    const answer: z.infer<typeof FunctionList> = {
      transactionID: contextOf(req).traceId,
      functions: shown.map((each) => ({
        ...listed(each),
        ...(active && { status: active.has(each.id) ? 'active' : 'inactive' }),
      })),
      ...(perPage > 0 && {
        total_pages: Math.ceil(all.length / perPage),
        per_page: perPage,
        page,
        total: all.length,
      }),
    };
    res.json(answer);
  });

  router.post('/functions/delete', ...guards, async (req, res) => {
    await functions.delete(callerOf(req).workspaceId, read(DeleteFunction, req).function_id);
    res.json({ transactionID: contextOf(req).traceId, status: 'success' });
  });

  async function activeOf(workspaceId: string, ref: string | null | undefined) {
    if (ref === null || ref === undefined) return undefined;
    const character = await characters.get(workspaceId, ref);
    if (!character) throw new FunctionInvalid('There is no such character.');
    return functions.active(workspaceId, character.id);
  }
  return router;
}

/** `functions` of `/character/update`, its faults in the words of external-api.md. */
export function functionLink(functions: Functions): CharacterLink {
  return {
    field: 'functions',
    apply: (tx, workspaceId, characterId, value) =>
      functions.link(workspaceId, characterId, linksIn(value), tx),
  };
}

const Fields = z.record(z.string(), z.unknown());

function linksIn(value: unknown): FunctionLink[] {
  const list = z.array(Fields).max(1_000).safeParse(value);
  if (!list.success) throw refusedLink('Functions must be a list of configurations');
  const links = list.data.map((config): FunctionLink => {
    const { id: given, status } = config;
    if (typeof given !== 'string' || given === '') throw missing('id');
    if (status === undefined) throw missing('status');
    if (status !== 'active' && status !== 'inactive')
      throw refusedLink('Function status must be one of: active, inactive');
    return { id: given, isActive: status === 'active' };
  });
  const seen = new Set<string>();
  for (const { id: given } of links) {
    if (seen.has(given)) throw refusedLink(`Duplicate function ID found: ${given}`);
    seen.add(given);
  }
  return links;
}

const missing = (field: string) =>
  refusedLink(`Missing required fields in function configuration: ${field}`);
const refusedLink = (ERROR: string) => new CraftingRefused(400, 'invalid_function_link', { ERROR });

function listed({ id: function_id, name, description, language, createdAt }: StoredFunction) {
  const created_at = createdAt.toISOString().slice(0, 19);
  return { function_id, name, description, language, created_at };
}

const Source = z.looseObject({ headers: Fields.optional() });

/** What was sent, its header values left out: they are never read back. */
function withoutSecrets(sourceCode: string): string {
  const source = Source.parse(JSON.parse(sourceCode));
  const names = Object.keys(source.headers ?? {});
  return JSON.stringify({
    ...source,
    ...(names.length > 0 && { headers: Object.fromEntries(names.map((name) => [name, ''])) }),
  });
}

/** Faults are 400 on this page, in its own words. */
function read<S extends z.ZodType>(schema: S, req: Request): z.output<S> {
  try {
    return parseBody(schema, req);
  } catch (cause) {
    if (!(cause instanceof InvalidRequest)) throw cause;
    const [first] = cause.problems;
    const field = first?.loc.slice(1).join('.') ?? '';
    throw new FunctionInvalid(
      first?.type === 'missing' ? `Missing required field: ${field}` : cause.message,
    );
  }
}
