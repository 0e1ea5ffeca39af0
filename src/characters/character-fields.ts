import * as z from 'zod';
import { Personality, Pronunciation } from '../protocol/character.ts';
import { freeJson } from '../protocol/lax.ts';

/** What only one public API knows of a character: kept as it was sent, returned unchanged, never interpreted elsewhere. */
const dialectBytes = 65_536;
const Dialect = freeJson(dialectBytes);

const shortText = z.string().trim().max(200);
const line = z.string().trim().min(1).max(200);
const lines = z.array(line).max(200);

/**
 * What may be written of a character, whichever API writes it. Long enough for every documented example; together they
 * must stay under `mostCharacterBytes`, for a character travels with every session.
 */
const fields = {
  name: z.string().trim().min(1).max(200),
  backstory: z.string().max(60_000),
  greeting: z.string().max(4_000),
  voice: line.nullable(),
  language: z.string().regex(/^[a-z]{2,8}([-_][a-z0-9]{1,8}){0,4}$/i, {
    error: 'must be a language tag such as en-US',
  }),
  languages: z.array(shortText).max(20),
  pronunciations: z
    .array(
      Pronunciation.extend({
        word: line,
        sayAs: shortText,
        ipa: shortText,
      }),
    )
    .max(200),
  boostedWords: lines,
  model: line.nullable(),
  temperature: z.number().min(0).max(2).nullable(),
  reasoningEffort: z.string().trim().min(1).max(32).nullable(),
  personality: Personality,
  speakingStyle: z.string().max(8_000),
  sampleDialogue: z.string().max(20_000),
  catchPhrases: z.array(z.string().trim().min(1).max(500)).max(50),
  objective: z.string().max(8_000),
  actions: lines,
  boundaries: z.string().max(60_000),
  blockedWords: lines,
  moderation: z.object({ enabled: z.boolean(), filters: z.array(line).max(50) }),
  memoryEnabled: z.boolean(),
  historyTurns: z.int().min(0).max(200).nullable(),
  description: z.string().max(4_000),
  picture: z.string().trim().max(2_000).nullable(),
  listing: z.string().trim().min(1).max(32),
  convai: Dialect,
  xingchen: Dialect,
  aiChat: Dialect,
};

/** Of its JSON, dialects apart. An assignment of at most 900,000 bytes carries it, the session's settings and history. */
export const mostCharacterBytes = 250_000;

/** A change of a character: only what is given changes. Of a dialect, the keys that are given replace those of before. */
export const CharacterChange = z.object(fields).partial();
export type CharacterChange = z.input<typeof CharacterChange>;

/** A new character; what is not given is empty, off, or left to the configuration. */
export const CharacterDraft = CharacterChange.extend({
  name: fields.name,
  /** Up to 100; only for characters that come with a number of their own. */
  number: z.int().min(1).max(100).optional(),
});
export type CharacterDraft = z.input<typeof CharacterDraft>;
