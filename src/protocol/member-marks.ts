import * as z from 'zod';
import { memberMarks } from './cast-entry.ts';
import type { Membership } from './roster.ts';
import { label, readyVersion, type ClientBoundMessage } from './server-messages.ts';

/*
 * What messages say more in a room with several characters. Source: Convai docs,
 * live-apis-beta/multi-character-sessions.md, and the Unity SDK's pages on such sessions ("Identity fields on
 * per-character messages").
 */

/** Ties a message to one instance of a character, in a room with several. */
export const MemberMarks = z.strictObject({
  room_session_id: z.string(),
  membership_id: z.string(),
  character_id: z.string(),
  character_session_id: z.string(),
  participant_identity: z.string(),
  is_initial: z.boolean(),
});
export type MemberMarks = z.infer<typeof MemberMarks>;

/** Counts changes of who is there. */
const roster_epoch = z.int().min(0);

/** What becomes of an instance that was added. */
export const CharacterStatus = z.strictObject({
  label: z.literal(label),
  type: z.literal('character-status'),
  data: z.strictObject({
    ...MemberMarks.shape,
    status: z.enum(['starting', 'ready', 'failed']),
    /** Null unless it failed. */
    failure_code: z.string().nullable(),
    roster_epoch,
  }),
});
export type CharacterStatus = z.infer<typeof CharacterStatus>;

export const CharacterRemoved = z.strictObject({
  label: z.literal(label),
  type: z.literal('character-removed'),
  data: z.strictObject({ ...MemberMarks.shape, roster_epoch }),
});
export type CharacterRemoved = z.infer<typeof CharacterRemoved>;

/** `bot-ready` of one instance. */
export const MemberReady = z.strictObject({
  label: z.literal(label),
  type: z.literal('bot-ready'),
  data: z.strictObject({
    version: z.string(),
    ...MemberMarks.shape,
    about: z.strictObject({ ...MemberMarks.shape, roster_epoch }),
  }),
});
export type MemberReady = z.infer<typeof MemberReady>;

/** A documented message with the marks of a character, or a message that only such rooms have. */
export type MarkedMessage = { type: string; label?: string; data?: Record<string, unknown> };

export function marksOf(roomSessionId: string, member: Membership): MemberMarks {
  return { room_session_id: roomSessionId, ...memberMarks(member) };
}

/** The message with its marks: inside `data`; of a wrapped or flat message inside a `data` made for them. */
export function markMessage(message: ClientBoundMessage, marks: MemberMarks): MarkedMessage {
  if (!('data' in message)) return { ...message, data: marks };
  if (message.type === 'server-message')
    return { ...message, data: { ...message.data, data: marks } };
  return { ...message, data: { ...message.data, ...marks } };
}

/** @param rosterEpoch as it is now */
export function memberReady(marks: MemberMarks, rosterEpoch: number): MemberReady {
  const about = { ...marks, roster_epoch: rosterEpoch };
  return { label, type: 'bot-ready', data: { version: readyVersion, ...marks, about } };
}

/** What becomes of an instance that was added: it starts, and is ready or has failed. */
export function characterStatus(
  status: CharacterStatus['data']['status'],
  marks: MemberMarks,
  rosterEpoch: number,
  failureCode: string | null = null,
): CharacterStatus {
  const data = { ...marks, status, failure_code: failureCode, roster_epoch: rosterEpoch };
  return { label, type: 'character-status', data };
}

export function characterRemoved(marks: MemberMarks, rosterEpoch: number): CharacterRemoved {
  return { label, type: 'character-removed', data: { ...marks, roster_epoch: rosterEpoch } };
}
