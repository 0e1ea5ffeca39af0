const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether PostgreSQL would take `text` as a value of a `uuid` column; asking it with anything else is an SQL error. */
export function isUuid(text: string): boolean {
  return uuid.test(text);
}
