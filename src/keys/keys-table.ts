import type { KeyListing } from './key-admin.ts';

/** Keys as lines for a terminal, columns under one another. */
export function keysTable(keys: KeyListing[]): string {
  const head = ['ID', 'NAME', 'WORKSPACE', 'KEY', 'MADE', 'LIMITS', 'STATE'];
  const rows = keys.map((key) => [
    key.id,
    printable(key.name),
    printable(key.workspace),
    `${key.prefix}…`,
    key.createdAt.slice(0, 10),
    limitsOf(key),
    key.revokedAt === null ? 'in use' : `revoked ${key.revokedAt.slice(0, 10)}`,
  ]);
  const lines = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function limitsOf({ limits: { maxSessions, maxMinutesPerDay } }: KeyListing): string {
  const parts = [
    maxSessions === null ? [] : [`${maxSessions} at once`],
    maxMinutesPerDay === null ? [] : [`${maxMinutesPerDay} min a day`],
  ].flat();
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** Names come from people; a terminal would obey their control characters. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '\ufffd');
}
