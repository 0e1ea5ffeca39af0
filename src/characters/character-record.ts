import * as z from 'zod';
import { Character } from '../protocol/character.ts';

const Dialect = z.record(z.string(), z.unknown());

/** A character with what is kept about it besides. */
export const CharacterRecord = z.object({
  character: Character,
  /** For galleries; the model never sees it. */
  description: z.string(),
  picture: z.string().nullable(),
  listing: z.string(),
  convai: Dialect,
  xingchen: Dialect,
  aiChat: Dialect,
  /** Grows with every change; name it in a change to be refused when somebody else was first. */
  version: z.int(),
  createdAt: z.date(),
  updatedAt: z.date(),
  /** When a conversation with it last went on; null when there was none. */
  lastInteractedAt: z.date().nullable(),
});
export type CharacterRecord = z.infer<typeof CharacterRecord>;
