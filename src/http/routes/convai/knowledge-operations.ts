import * as z from 'zod';
import type { Operation } from '../../operation.ts';
import { DeleteDocument, ListDocuments, UpdateDocument, UploadDocument } from './knowledge-bank.ts';

const ApiError = z.object({ API_ERROR: z.string() });
const File = z.object({
  file: z.string().meta({
    format: 'binary',
    description: 'Text, Markdown, HTML, PDF or docx of at most 20 MB, in multipart/form-data.',
  }),
});
const Document = z.object({
  id: z.uuid(),
  file_name: z.string(),
  is_available: z.boolean(),
  status: z.enum(['active', 'inactive']),
  timestamp: z.string(),
  file_size: z.string(),
});
const Documents = z.object({
  docs: z.array(z.string().meta({ description: 'JSON of a document.' })),
});

function operation(
  path: string,
  summary: string,
  request: z.ZodType,
  answer: { description: string; schema?: z.ZodType },
  more: Operation['responses'] = {},
): Operation {
  return {
    method: 'post',
    path: `/character/knowledge-bank/${path}`,
    tag: 'Knowledge bank',
    summary,
    needsKey: true,
    request,
    responses: {
      200: answer,
      400: { description: 'A field is missing or not valid.', schema: ApiError },
      401: { description: 'The API key is missing or wrong.', schema: ApiError },
      404: { description: 'There is no such document or character.', schema: ApiError },
      429: { description: 'Too many requests; see Retry-After.', schema: ApiError },
      ...more,
    },
  };
}

const fileRefusals: Operation['responses'] = {
  409: {
    description: 'The workspace is full, or has this content already.',
    schema: ApiError,
  },
  413: { description: 'The file is too large.', schema: ApiError },
  415: { description: 'Files of this type are not read.', schema: ApiError },
};

export const knowledgeOperations: Operation[] = [
  operation(
    'upload',
    'Uploads a file; it is read in the background.',
    UploadDocument.extend(File.shape),
    { description: 'Kept; is_available turns true when it can be searched.', schema: Document },
    fileRefusals,
  ),
  operation(
    'update',
    'Uploads a new version of a file under the same id.',
    UpdateDocument.extend(File.shape),
    { description: 'Kept.', schema: Document },
    fileRefusals,
  ),
  operation(
    'list',
    'The files of the workspace, and which of them this character answers from.',
    ListDocuments,
    {
      description:
        'The newest first; progress in percent while one is read, error when it cannot be.',
      schema: Documents,
    },
  ),
  operation('delete', 'Deletes a file, from all characters too.', DeleteDocument, {
    description: 'text/plain: {"Successfully deleted document"}',
  }),
];
