import * as z from 'zod';
import type { Operation } from '../../operation.ts';
import {
  DeletedEndUser,
  EndUserDetails,
  EndUserList,
  ListEndUsers,
  NameEndUser,
  UpdatedEndUser,
  UpdateEndUser,
} from './end-users.ts';
import {
  AddedMemories,
  AddMemories,
  DeletedMemories,
  DeletedMemory,
  ExportedMemories,
  ExportMemories,
  ListMemories,
  MemoryList,
  MemoryRecord,
  NameMemories,
  NameMemory,
  UpdateMemory,
} from './memory.ts';

const Refusal = z.object({ detail: z.unknown(), message: z.string(), code: z.string() });
/** An unknown character is answered by the documented `detail` alone. */
const Missing = z.union([Refusal, z.object({ detail: z.string() })]);

function operation(
  tag: string,
  [path, summary]: [string, string],
  request: z.ZodType,
  answer: z.ZodType,
  missing?: string,
): Operation {
  return {
    method: 'post',
    ...{ path, tag, summary, request },
    needsKey: true,
    responses: {
      200: { description: 'Done.', schema: answer },
      400: { description: 'A field is missing or not valid.', schema: Refusal },
      401: { description: 'The API key is missing or wrong.', schema: Refusal },
      ...(missing !== undefined && { 404: { description: missing, schema: Missing } }),
      429: { description: 'Too many requests; see Retry-After.', schema: Refusal },
    },
  };
}

const noCharacter = "Character not found or doesn't belong to user.";
const noMemory = 'There is no such character, or no such memory of this user.';
const noUser = 'There is no such end user.';
const memory = 'Memory';
const users = 'End users';

export const memoryOperations: Operation[] = [
  operation(
    memory,
    ['/memory/add', 'Tells a character facts about an end user; what is known already is updated.'],
    AddMemories,
    AddedMemories,
    noCharacter,
  ),
  operation(
    memory,
    ['/memory/list', 'What a character remembers of an end user, the newest first.'],
    ListMemories,
    MemoryList,
    noCharacter,
  ),
  operation(memory, ['/memory/get', 'One memory.'], NameMemory, MemoryRecord, noMemory),
  operation(
    memory,
    ['/memory/update', 'Changes the text, the importance or the metadata of a memory.'],
    UpdateMemory,
    MemoryRecord,
    noMemory,
  ),
  operation(
    memory,
    ['/memory/delete', 'Forgets one thing; `deleted` says whether it was there.'],
    NameMemory,
    DeletedMemory,
    noCharacter,
  ),
  operation(
    memory,
    [
      '/memory/delete-all',
      'Lets a character forget all about an end user, and all they said so far.',
    ],
    NameMemories,
    DeletedMemories,
    noCharacter,
  ),
  operation(
    memory,
    ['/memory/export', 'What all characters of the workspace remember of an end user.'],
    ExportMemories,
    ExportedMemories,
  ),
  operation(users, ['/user/end-users/get', 'One end user.'], NameEndUser, EndUserDetails, noUser),
  operation(
    users,
    ['/user/end-users/list', 'The end users of the workspace, page by page, the oldest first.'],
    ListEndUsers,
    EndUserList,
  ),
  operation(
    users,
    ['/user/end-users/update', 'Changes keys of an end user’s metadata; the others stay.'],
    UpdateEndUser,
    UpdatedEndUser,
    noUser,
  ),
  operation(
    users,
    [
      '/user/end-users/delete',
      'Removes an end user, their conversations, and what all characters remember of them.',
    ],
    NameEndUser,
    DeletedEndUser,
  ),
];
