import * as z from 'zod';

/** One human of a voice session, as their `/connect` made them known. */
export const Participant = z.object({
  /** Of their participant in the LiveKit room. */
  identity: z.string().min(1).max(300),
  speakerId: z.string().max(256).nullable(),
  speakerName: z.string().max(256).nullable(),
});
export type Participant = z.infer<typeof Participant>;

const known = 'human:';

/** Under which a human with an id is in a room that others may join. */
export function humanIdentity(speakerId: string): string {
  return `${known}${speakerId}`;
}

/** Somebody of whom only the place in the room is known. */
export function stranger(identity: string): Participant {
  const speakerId = identity.startsWith(known) ? identity.slice(known.length) : null;
  return { identity, speakerId, speakerName: null };
}
