import { isObject, listAt, numberAt, parseJson, textAt } from '../json.ts';
import type { ServerLine } from '../server-line.ts';

/** A document of the workspace, seen from one character. */
export type LibraryDocument = {
  id: string;
  name: string;
  bytes: number;
  /** The character answers from it. */
  isConnected: boolean;
  state: { kind: 'ready' } | { kind: 'reading'; percent: number } | { kind: 'failed'; why: string };
};

/** What characters can look up, on the server. */
export class Library {
  constructor(private readonly line: ServerLine) {}

  /** @throws {ServerFailed} */
  async list(characterId: string): Promise<LibraryDocument[]> {
    const body = { character_id: characterId };
    const answer = await this.line.json('/character/knowledge-bank/list', body);
    // Each entry is a JSON text of its own.
    return listAt(answer, 'docs').flatMap((entry) =>
      typeof entry === 'string' ? readDocument(parseJson(entry)) : [],
    );
  }

  /** @throws {ServerFailed} */
  async connect(characterId: string, documentId: string, isConnected: boolean): Promise<void> {
    const docs = [{ id: documentId, status: isConnected ? 'active' : 'inactive' }];
    await this.line.json('/character/update', { charID: characterId, docs });
  }

  /** From every character. @throws {ServerFailed} */
  async delete(documentId: string): Promise<void> {
    // The answer is a text that is no JSON.
    await this.line.anyJson('/character/knowledge-bank/delete', { document_id: documentId });
  }
}

function readDocument(entry: unknown): LibraryDocument[] {
  if (!isObject(entry)) return [];
  const id = textAt(entry, 'id');
  if (id === undefined) return [];
  const why = textAt(entry, 'error');
  const reading = { kind: 'reading', percent: numberAt(entry, 'progress') ?? 0 } as const;
  const unread = why === undefined ? reading : ({ kind: 'failed', why } as const);
  return [
    {
      id,
      name: textAt(entry, 'file_name') ?? id,
      bytes: numberAt(entry, 'file_size') ?? 0,
      isConnected: entry.status === 'active',
      state: entry.is_available === true ? { kind: 'ready' } : unread,
    },
  ];
}
