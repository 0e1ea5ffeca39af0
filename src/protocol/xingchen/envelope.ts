import * as z from 'zod';

/* The Xingchen character-chat API (docs/xingchen.md): what all its answers have. Only the pieces of a stream come bare. */

export const Envelope = <S extends z.ZodType>(data: S) =>
  z.object({ requestId: z.string(), code: z.literal(200), data, success: z.literal(true) });

/**
 * A refusal; in a stream the data of its `error` event. Clients of this API read whole numbers as codes and
 * `errorMessage`; `errorName` is the same code as a word.
 */
export const Refusal = z.object({
  requestId: z.string(),
  code: z.int(),
  success: z.literal(false),
  httpStatusCode: z.int(),
  errorCode: z.int(),
  errorName: z.string(),
  errorMessage: z.string(),
  message: z.string(),
});
export type Refusal = z.infer<typeof Refusal>;

/** One page of a list. @property total of all pages */
export const Page = <S extends z.ZodType>(item: S) =>
  z.object({
    list: z.array(item),
    page: z.int(),
    pageSize: z.int(),
    total: z.int(),
    pageOffsetValue: z.int(),
  });
