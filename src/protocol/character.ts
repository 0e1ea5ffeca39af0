import * as z from 'zod';

/** A character as a voice session needs it. */
export const Character = z.object({
  id: z.string(),
  name: z.string(),
  /** Who they are, in prose: the heart of the prompt. */
  backstory: z.string(),
  /** Said first in a new conversation; empty means the character waits to be spoken to. */
  greeting: z.string(),
  /** The provider's name of the voice; null means the configured default. */
  voice: z.string().nullable(),
  /** BCP 47 tag of the language spoken. */
  language: z.string(),
});
export type Character = z.infer<typeof Character>;
