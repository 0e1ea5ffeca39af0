import { memberMarks } from './cast-entry.ts';
import type { Membership } from './roster.ts';
import type { ClientBoundMessage } from './server-messages.ts';

/** Ties a message to one instance of a character, in a room with several. */
export type MemberMarks = ReturnType<typeof memberMarks> & { room_session_id: string };

/** A documented message with the marks of a character, or a message that only such rooms have. */
export type MarkedMessage = { type: string; label?: string; data?: Record<string, unknown> };

export function marksOf(roomSessionId: string, member: Membership): MemberMarks {
  return { room_session_id: roomSessionId, ...memberMarks(member) };
}

/**
 * The message with its marks: inside `data`; of a wrapped or flat message inside a `data` made for them. `bot-ready`
 * has them in `data.about` too.
 * Source: Convai docs, live-apis-beta, "Identity fields on per-character messages".
 */
export function markMessage(message: ClientBoundMessage, marks: MemberMarks): MarkedMessage {
  if (!('data' in message)) return { ...message, data: marks };
  if (message.type === 'server-message')
    return { ...message, data: { ...message.data, data: marks } };
  return { ...message, data: { ...message.data, ...marks } };
}

/** @param rosterEpoch as it is now */
export function markedBotReady(
  message: ClientBoundMessage,
  marks: MemberMarks,
  rosterEpoch: number,
): MarkedMessage {
  const marked = markMessage(message, marks);
  return { ...marked, data: { ...marked.data, about: { ...marks, roster_epoch: rosterEpoch } } };
}

/** What becomes of an instance that was added: it starts, and is ready or has failed. */
export function characterStatus(
  status: 'starting' | 'ready' | 'failed',
  marks: MemberMarks,
  rosterEpoch: number,
  failureCode: string | null = null,
): MarkedMessage {
  const data = { ...marks, status, failure_code: failureCode, roster_epoch: rosterEpoch };
  return { label: 'rtvi-ai', type: 'character-status', data };
}

export function characterRemoved(marks: MemberMarks, rosterEpoch: number): MarkedMessage {
  const data = { ...marks, roster_epoch: rosterEpoch };
  return { label: 'rtvi-ai', type: 'character-removed', data };
}
