import { sql, type SQL } from 'drizzle-orm';
import { isUuid } from '../db/uuid.ts';

/** One parameter for any number of ids: the drivers disagree about arrays, and a statement takes 65,535 parameters. */
export function uuidArray(ids: readonly string[]): SQL {
  return sql`${`{${ids.filter(isUuid).join(',')}}`}::uuid[]`;
}
