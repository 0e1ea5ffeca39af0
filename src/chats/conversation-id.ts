import { createHash } from 'node:crypto';
import { isUuid } from '../db/uuid.ts';

/**
 * The conversation that a client's `character_session_id` means. Ids are ours, so UUIDs, with or without dashes; but
 * clients may come with one kept from another server, or with a name of their own ("player-1"). Such a text means the
 * same conversation every time, and only with this character in this workspace, so it can neither be guessed into nor
 * clash.
 */
export function conversationId(workspaceId: string, characterId: string, given: string): string {
  const dashed = given.replace(
    /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/i,
    '$1-$2-$3-$4-$5',
  );
  if (isUuid(dashed)) return dashed.toLowerCase();
  const hash = createHash('sha256')
    .update(JSON.stringify([workspaceId, characterId, given]))
    .digest('hex');
  // Version 8 and the RFC's variant: a UUID whose bits are of our own making (RFC 9562 §5.8).
  const parts = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ];
  return parts.join('-');
}
