import * as z from 'zod';
import { DocumentKind } from '../protocol/document.ts';

/** Between the server and the thread that reads one file. */
export const ExtractionRequest = z.object({
  kind: DocumentKind,
  content: z.instanceof(Uint8Array),
});
export const ExtractionReply = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('passages'),
    characters: z.int(),
    passages: z.array(z.object({ text: z.string(), terms: z.string() })),
  }),
  z.object({ kind: z.literal('unreadable'), why: z.string() }),
]);
export type ExtractionReply = z.infer<typeof ExtractionReply>;
