import { customType } from 'drizzle-orm/pg-core';

/*
 * PostgreSQL stores neither NUL characters nor halves of surrogate pairs, and JavaScript strings, so also what clients
 * send, may hold both. Columns of these types leave them out or replace them, so that odd input costs an odd character
 * and never a failed statement.
 */

/** Without NUL, and with U+FFFD for each lone surrogate. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\ufffd');
}

/** JSON text of `value`, cleaned the same way. `JSON.stringify` escapes just what must go, so its escapes are rewritten. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replace(/\\(?:u[0-9a-f]{4}|.)/g, (escape) => {
    if (escape === '\\u0000') return '';
    return escape.startsWith('\\ud') ? '\ufffd' : escape;
  });
}

export const cleanText = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  toDriver: storableText,
});

/** `unknown` when read: rows may be older than today's schema, so whoever reads parses. */
export const cleanJsonb = customType<{ data: unknown }>({
  dataType: () => 'jsonb',
  toDriver: storableJson,
});

/** Binary; both drivers read and write it as bytes. */
export const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });
