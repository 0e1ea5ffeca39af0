import type { Participant } from '../protocol/participant.ts';

/** Under which something that a client asked for is done once: ids of one client mean nothing for another's. */
export function updateName(
  type: string,
  updateId: string,
  sender: Participant | undefined,
): string {
  return JSON.stringify([sender?.identity ?? '', type, updateId]);
}
