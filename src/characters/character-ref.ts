import { eq, type SQL } from 'drizzle-orm';
import { characters } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';

/** PostgreSQL's `integer`. */
const mostNumber = 2_147_483_647;

/**
 * How a client names a character: by its id, the same without dashes, or its number.
 * @returns the condition that it is this character, to be used within a workspace; undefined when it can be none
 */
export function characterRef(ref: string | number): SQL | undefined {
  const text = String(ref).trim();
  if (/^[1-9]\d{0,9}$/.test(text)) {
    const number = Number(text);
    return number > mostNumber ? undefined : eq(characters.number, number);
  }
  const id = text.replace(
    /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/i,
    '$1-$2-$3-$4-$5',
  );
  return isUuid(id) ? eq(characters.id, id) : undefined;
}
