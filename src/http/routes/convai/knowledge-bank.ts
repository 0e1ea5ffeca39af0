import { Router, type Request, type RequestHandler } from 'express';
import * as z from 'zod';
import type { CharacterLink } from '../../../characters/character-link.ts';
import type { KnowledgeDocument } from '../../../knowledge/document.ts';
import { DocumentRefused, knowledgeLimits } from '../../../knowledge/document.ts';
import type { Documents } from '../../../knowledge/documents.ts';
import { documentName, kindOf } from '../../../knowledge/file-kind.ts';
import type { DocumentKind } from '../../../protocol/document.ts';
import { parsedJson } from '../../../protocol/parsed-json.ts';
import { callerOf } from '../../api-key.ts';
import { atMost } from '../../at-most.ts';
import type { FileField } from '../../form-files.ts';
import { parseBody } from '../../json-body.ts';
import { Unauthorized } from '../../refusals.ts';
import type { Dialect } from '../../render-error.ts';
import { contextOf } from '../../request-context.ts';

export type KnowledgeRouteDeps = {
  documents: Pick<Documents, 'add' | 'replace' | 'list' | 'activeOf' | 'delete' | 'link'>;
  characters: {
    get(workspaceId: string, ref: string): Promise<{ id: string } | undefined>;
  };
};

/** The file of an upload. The documented Python example sends the name as a file, too. */
export const knowledgeFile: FileField = { name: 'file', maxBytes: knowledgeLimits.fileBytes };
/** Each may hold a whole file in memory; who sends slowly keeps nobody else from sending. */
const mostUploads = { ofOne: 4, ofAll: 16 } as const;

const ref = z.string().trim().min(1).max(200);
export const UploadDocument = z.object({ file_name: z.string().max(2_000).optional() });
export const UpdateDocument = UploadDocument.extend({ document_id: ref });
export const ListDocuments = z.object({ character_id: z.union([ref, z.int().transform(String)]) });
export const DeleteDocument = z.object({ document_id: ref });
/** `docs` of `/character/update`: a list, or its JSON text where a form sends it. */
const Links = z
  .array(z.object({ id: ref, status: z.enum(['active', 'inactive']) }))
  .max(knowledgeLimits.linksAtOnce);

/** As all errors of its page. */
export const knowledgeDialect: Dialect = (error, traceId) => ({
  API_ERROR:
    error instanceof Unauthorized && error.code !== 'missing_api_key'
      ? 'Invalid API key provided.'
      : error instanceof Unauthorized
        ? 'api_key not found.'
        : error.message,
  ...(error.status >= 500 && { 'Reference ID': traceId }),
});

/**
 * @param guards what a request passes first: its key, its rate
 * @param bodies `plain` reads a body, `file` one with a file
 */
export function knowledgeRoutes(
  { documents, characters }: KnowledgeRouteDeps,
  guards: RequestHandler[],
  bodies: { plain: RequestHandler; file: RequestHandler },
): Router {
  const router = Router();
  const withFile = [...guards, atMost(mostUploads), bodies.file];
  const plain = [...guards, bodies.plain];

  router.post('/character/knowledge-bank/upload', ...withFile, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const { file_name } = parseBody(UploadDocument, req);
    const document = await documents.add(workspaceId, await sentFile(req, file_name));
    res.json(view(document, false));
  });

  router.post('/character/knowledge-bank/update', ...withFile, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const { document_id, file_name } = parseBody(UpdateDocument, req);
    const file = await sentFile(req, file_name);
    res.json(view(await documents.replace(workspaceId, document_id, file), false));
  });

  router.post('/character/knowledge-bank/list', ...plain, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const { character_id } = parseBody(ListDocuments, req);
    const character = await characters.get(workspaceId, character_id);
    if (!character)
      throw new DocumentRefused(404, 'character_not_found', 'There is no such character.');
    const [all, active] = await Promise.all([
      documents.list(workspaceId),
      documents.activeOf(workspaceId, character.id),
    ]);
    // Each entry is a text of its own: so the page has it, and so its clients read it.
    const docs = all.map((document) =>
      JSON.stringify({ ...view(document, active.has(document.id)), ...progressOf(document) }),
    );
    res.json({ docs });
  });

  router.post('/character/knowledge-bank/delete', ...plain, async (req, res) => {
    const { workspaceId } = callerOf(req);
    await documents.delete(workspaceId, parseBody(DeleteDocument, req).document_id);
    // Not JSON, though it looks like it: so the page has it.
    res.type('text/plain').send('{"Successfully deleted document"}');
  });
  return router;
}

/** `docs` of `/character/update`. */
export function documentLink(documents: Pick<Documents, 'link'>): CharacterLink {
  return {
    field: 'docs',
    async apply(tx, workspaceId, characterId, value) {
      const read = Links.safeParse(typeof value === 'string' ? parsedJson(value) : value);
      if (!read.success)
        throw new DocumentRefused(
          400,
          'invalid_docs',
          `docs must be a list of at most ${knowledgeLimits.linksAtOnce} objects with id and status (active or inactive).`,
        );
      const wishes = read.data.map(({ id, status }) => ({ id, isActive: status === 'active' }));
      await documents.link(workspaceId, characterId, wishes, tx);
    },
  };
}

async function sentFile(
  req: Request,
  fileName: string | undefined,
): Promise<{ name: string; kind: DocumentKind; content: Uint8Array }> {
  const { file } = contextOf(req);
  if (!file)
    throw new DocumentRefused(
      400,
      'missing_file',
      'file is missing: send it as multipart/form-data.',
    );
  const names = [fileName ?? '', file.name].filter((name) => name !== '');
  const name = documentName(names[0] ?? '');
  return { name, kind: await kindOf(file.bytes, names), content: file.bytes };
}

/** The very fields of the page. */
function view({ id, name, state, bytes, updatedAt }: KnowledgeDocument, isActive: boolean) {
  return {
    id,
    file_name: name,
    is_available: state === 'ready',
    status: isActive ? 'active' : 'inactive',
    // "2024-09-17 20:51:09.216522": UTC, microseconds, of which only milliseconds are known.
    timestamp: updatedAt.toISOString().replace('T', ' ').replace('Z', '000'),
    file_size: String(bytes),
  };
}

/** What the page does not have: how far it is, and why it came to nothing. */
function progressOf({ state, progress, fault }: KnowledgeDocument) {
  if (state === 'ready') return {};
  return state === 'failed' ? { error: fault ?? 'It could not be read.' } : { progress };
}
