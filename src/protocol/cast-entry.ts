import * as z from 'zod';
import { characterIdentity, type Membership } from './roster.ts';

/** One instance of a character as clients are told of it: in the answer to /connect and when a cast changes. */
export const CastEntry = z.object({
  /** Addresses this very instance. */
  membership_id: z.string(),
  character_id: z.string(),
  session_id: z.string(),
  character_session_id: z.string(),
  /** Whose tracks are this instance's. */
  participant_identity: z.string(),
  is_initial: z.boolean(),
  provisioning_status: z.enum(['dispatch_accepted', 'dispatch_failed']),
  failure_code: z.string().nullable(),
  display_name: z.string(),
});
export type CastEntry = z.infer<typeof CastEntry>;

export function castEntry(member: Membership): CastEntry {
  return {
    ...memberMarks(member),
    session_id: member.membershipId,
    provisioning_status: member.failureCode === undefined ? 'dispatch_accepted' : 'dispatch_failed',
    failure_code: member.failureCode ?? null,
    display_name: member.name,
  };
}

/** The identity fields that tie a message to an instance; `room_session_id` beside them is the room's. */
export function memberMarks(member: Omit<Membership, 'name'>) {
  return {
    membership_id: member.membershipId,
    character_id: member.characterId,
    character_session_id: member.characterSessionId,
    participant_identity: characterIdentity(member.membershipId),
    is_initial: member.isInitial,
  };
}
