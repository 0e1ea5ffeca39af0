import { Router, type Request, type RequestHandler } from 'express';
import * as z from 'zod';
import type { Kept, Memory, NewMemory, Person } from '../../../memory/memory.ts';
import { factKey } from '../../../prompt/fact-key.ts';
import { factText } from '../../../prompt/facts.ts';
import { freeJson, laxInt, orDefault, orNull } from '../../../protocol/lax.ts';
import type { Character } from '../../../protocol/character.ts';
import type { Clock } from '../../../lifetime/clock.ts';
import { callerOf } from '../../api-key.ts';
import { parseBody } from '../../json-body.ts';
import { CharacterNotFound, MethodNotAllowed, NotFound } from '../../refusals.ts';

/*
 * What a character remembers of one end user. Source: Convai docs, convai-unity-sdk/features/long-term-memory
 * (memory-management-api.md, long-term-memory-scripting-reference.md); the paths and the names of the requests' fields
 * are the Unity SDK's own (MemoryService.cs). `update` and `export` are ours.
 */
export type MemoryDeps = {
  characters: { get(workspaceId: string, id: string): Promise<Character | undefined> };
  memories: {
    list(
      person: Person,
      page: { page: number; pageSize: number },
    ): Promise<{ memories: Memory[]; total: number }>;
    get(person: Person, id: string): Promise<Memory | undefined>;
    keep(person: Person, given: NewMemory[]): Promise<Kept[]>;
    /** @throws {PublicError} 404 */
    edit(
      person: Person,
      id: string,
      changes: Partial<Pick<Memory, 'key' | 'text' | 'importance' | 'metadata'>>,
    ): Promise<Memory>;
    delete(person: Person, id: string): Promise<boolean>;
    erase(person: Person): Promise<number>;
    export(workspaceId: string, personId: string): Promise<(Memory & { characterId: string })[]>;
  };
  /** Under which one id somebody is remembered. */
  speakers: {
    personOf(workspaceId: string, given: string): Promise<string>;
    /** As `personOf`, of somebody who may never have come. */
    personToBe(workspaceId: string, given: string): Promise<string>;
  };
  clock: Clock;
};

const endUserId = z.string().trim().min(1).max(256);
const Of = z.object({ character_id: z.string().trim().min(1).max(200), end_user_id: endUserId });
const One = Of.extend({ memory_id: z.string().trim().min(1).max(200) });
const metadata = orNull(freeJson(4_096));
const importance = laxInt(1, 3);
const sentence = z
  .string()
  .max(2_000)
  .transform((text, context) => {
    const fact = factText(text);
    if (fact === undefined) context.addIssue({ code: 'custom', message: 'must not be empty' });
    return fact ?? '';
  });

export const AddMemories = Of.extend({
  memories: z.array(sentence).min(1).max(100),
  metadata,
  importance: orDefault(importance, 2),
});
export const ListMemories = Of.extend({
  page: orDefault(laxInt(1, 1_000_000), 1),
  page_size: orDefault(laxInt(1, 200), 50),
});
export const NameMemory = One;
export const UpdateMemory = One.extend({
  memory: sentence.optional(),
  metadata: metadata.optional(),
  importance: importance.optional(),
});
export const NameMemories = Of;
export const ExportMemories = z.object({ end_user_id: endUserId });

export const MemoryRecord = z.object({
  id: z.string(),
  memory: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  metadata: z.record(z.string(), z.unknown()),
  /** From here on ours: of what there is one at a time, 1 to 3, and the turn it was said in. */
  key: z.string().nullable(),
  importance: z.int(),
  character_session_id: z.string().nullable(),
  turn_id: z.string().nullable(),
  said_at: z.string(),
});
type MemoryRecord = z.infer<typeof MemoryRecord>;
export const AddedMemories = z.object({
  memories: z.array(
    z.object({ id: z.string(), event: z.enum(['add', 'update']), memory: z.string() }),
  ),
});
export const MemoryList = z.object({
  memories: z.array(MemoryRecord),
  total_count: z.int(),
  page: z.int(),
  page_size: z.int(),
  has_more: z.boolean(),
});
export const DeletedMemory = z.object({
  message: z.string(),
  memory_id: z.string(),
  deleted: z.boolean(),
});
export const DeletedMemories = z.object({
  message: z.string(),
  character_id: z.string(),
  end_user_id: z.string(),
});
export const ExportedMemories = z.object({
  end_user_id: z.string(),
  memories: z.array(MemoryRecord.extend({ character_id: z.string() })),
});

/** @param guards what a request passes first: its key, its rate, its body */
export function memoryRoutes(deps: MemoryDeps, guards: RequestHandler[]): Router {
  const { memories, clock } = deps;
  const router = Router();
  const read = async <S extends z.ZodType<z.infer<typeof Of>>>(schema: S, req: Request) => {
    const body = parseBody(schema, req);
    return { body, person: await personOf(body, callerOf(req).workspaceId, deps) };
  };

  router.post('/memory/add', ...guards, async (req, res) => {
    const body = parseBody(AddMemories, req);
    const person = await personOf(body, callerOf(req).workspaceId, deps, 'toBe');
    const saidAt = clock.nowAt();
    const given = body.memories.map((text): NewMemory => {
      const { importance: weight, metadata: with_ } = body;
      return { key: factKey(text) ?? null, text, importance: weight, metadata: with_, saidAt };
    });
    const kept = await memories.keep(person, given);
    const answer: z.infer<typeof AddedMemories> = {
      memories: kept.map(({ id, event, text }) => ({ id, event, memory: text })),
    };
    res.json(answer);
  });

  router.post('/memory/list', ...guards, async (req, res) => {
    const { body, person } = await read(ListMemories, req);
    const { page, page_size: pageSize } = body;
    const found = await memories.list(person, { page, pageSize });
    const answer: z.infer<typeof MemoryList> = {
      memories: found.memories.map(recordOf),
      total_count: found.total,
      page,
      page_size: pageSize,
      has_more: page * pageSize < found.total,
    };
    res.json(answer);
  });

  router.post('/memory/get', ...guards, async (req, res) => {
    const { body, person } = await read(NameMemory, req);
    const memory = await memories.get(person, body.memory_id);
    if (!memory) throw new NotFound('There is no such memory of this user.');
    res.json(recordOf(memory));
  });

  router.post('/memory/update', ...guards, async (req, res) => {
    const { body, person } = await read(UpdateMemory, req);
    const { memory: text, metadata: with_, importance: weight } = body;
    const edited = await memories.edit(person, body.memory_id, {
      ...(text !== undefined && { text, key: factKey(text) ?? null }),
      ...(with_ !== undefined && { metadata: with_ }),
      ...(weight !== undefined && { importance: weight }),
    });
    res.json(recordOf(edited));
  });

  router.post('/memory/delete', ...guards, async (req, res) => {
    const { body, person } = await read(NameMemory, req);
    const deleted = await memories.delete(person, body.memory_id);
    const answer: z.infer<typeof DeletedMemory> = {
      message: deleted ? 'Memory deleted.' : 'There is no such memory of this user.',
      memory_id: body.memory_id,
      deleted,
    };
    res.json(answer);
  });

  router.post('/memory/delete-all', ...guards, async (req, res) => {
    const { body, person } = await read(NameMemories, req);
    const number = await memories.erase(person);
    const answer: z.infer<typeof DeletedMemories> = {
      message: `${number} ${number === 1 ? 'memory' : 'memories'} deleted.`,
      character_id: body.character_id,
      end_user_id: body.end_user_id,
    };
    res.json(answer);
  });

  router.post('/memory/export', ...guards, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const body = parseBody(ExportMemories, req);
    const personId = await deps.speakers.personOf(workspaceId, body.end_user_id);
    const all = await memories.export(workspaceId, personId);
    const answer: z.infer<typeof ExportedMemories> = {
      end_user_id: body.end_user_id,
      memories: all.map((memory) => ({ character_id: memory.characterId, ...recordOf(memory) })),
    };
    res.json(answer);
  });

  router.all(/^\/memory\/(add|list|get|update|delete|delete-all|export)$/, (_req, res) => {
    res.setHeader('Allow', 'POST, OPTIONS');
    throw new MethodNotAllowed();
  });
  return router;
}

async function personOf(
  { character_id, end_user_id }: z.infer<typeof Of>,
  workspaceId: string,
  { characters, speakers }: MemoryDeps,
  known: 'toBe' | 'already' = 'already',
): Promise<Person> {
  const character = await characters.get(workspaceId, character_id);
  if (!character) throw new CharacterNotFound();
  const personId =
    known === 'toBe'
      ? await speakers.personToBe(workspaceId, end_user_id)
      : await speakers.personOf(workspaceId, end_user_id);
  return { workspaceId, characterId: character.id, personId };
}

function recordOf(memory: Memory): MemoryRecord {
  const kept = z.record(z.string(), z.unknown()).safeParse(memory.metadata);
  return {
    id: memory.id,
    memory: memory.text,
    created_at: memory.createdAt.toISOString(),
    updated_at: memory.updatedAt.toISOString(),
    metadata: kept.data ?? {},
    key: memory.key,
    importance: memory.importance,
    character_session_id: memory.conversationId,
    turn_id: memory.turnId,
    said_at: memory.saidAt.toISOString(),
  };
}
