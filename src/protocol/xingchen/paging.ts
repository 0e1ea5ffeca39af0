import * as z from 'zod';
import { laxInt, orDefault } from '../lax.ts';

const mostPages = 1_000_000;

/** The first page is 1; older clients count from 0, so 0 is the first one, too. */
export const pageNum = orDefault(laxInt(0, mostPages), 1).transform((page) => Math.max(page, 1));
export const pageSize = orDefault(laxInt(1, 50), 10);

export type Order<Field extends string> = { by: Field; descending: boolean };

/**
 * `["gmtModified desc"]`: fields, the most important first; descending unless `asc` stands behind.
 * @param fields what each name on the wire means
 */
export function orderBy<Field extends string>(
  fields: Readonly<Record<string, Field>>,
  fallback: Order<Field>,
) {
  const names = Object.keys(fields);
  const item = z.string().transform((text, context): Order<Field> => {
    const [name = '', direction = 'desc', ...rest] = text.trim().split(/\s+/);
    const by = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const word = direction.toLowerCase();
    if (by === undefined || rest.length > 0 || (word !== 'asc' && word !== 'desc')) {
      context.issues.push({
        code: 'custom',
        message: `must be one of ${names.join(', ')}, with asc or desc behind it`,
        input: text,
      });
      return z.NEVER;
    }
    return { by, descending: word === 'desc' };
  });
  return z
    .array(item)
    .max(names.length)
    .nullish()
    .transform((orders) => (orders && orders.length > 0 ? orders : [fallback]));
}

/** Where a page begins in the whole list. */
export const offsetOf = ({
  pageNum: page,
  pageSize: size,
}: {
  pageNum: number;
  pageSize: number;
}) => (page - 1) * size;
