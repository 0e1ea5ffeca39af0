import * as z from 'zod';

const Result = z.object({ rows: z.array(z.unknown()) });

/** Rows of a raw statement, parsed: the drivers agree on `rows` and on nothing else. */
export function rowsOf<S extends z.ZodType>(schema: S, result: unknown): z.output<S>[] {
  return Result.parse(result).rows.map((row) => schema.parse(row));
}
