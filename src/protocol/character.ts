import * as z from 'zod';

/** How strong each trait is, from 0 (not at all) to 4 (very): what Convai's five sliders say. */
export const personalityTraits = [
  'openness',
  'meticulousness',
  'extraversion',
  'agreeableness',
  'sensitivity',
] as const;
export const Personality = z.partialRecord(z.enum(personalityTraits), z.number().min(0).max(4));
export type Personality = z.infer<typeof Personality>;

/** A word that the synthesiser says wrong. @property sayAs spelled as it sounds @property ipa in IPA; either may be empty */
export const Pronunciation = z.object({ word: z.string(), sayAs: z.string(), ipa: z.string() });
export type Pronunciation = z.infer<typeof Pronunciation>;

const words = z.array(z.string()).default([]);

/** A character as whoever lets it speak needs it: everything that reaches the prompt, the model, the voice and the ear. */
export const Character = z.object({
  id: z.string(),
  /** Its number within its workspace, for clients that know integers only; never given to another one. */
  number: z.int(),
  name: z.string(),
  /** Who they are, in prose: the heart of the prompt. */
  backstory: z.string(),
  /** Said first in a new conversation; empty means the character waits to be spoken to. */
  greeting: z.string(),

  /** The provider's name of the voice; null means the configured default. */
  voice: z.string().nullable(),
  /** BCP 47 tag of the language spoken. */
  language: z.string(),
  /** Tags of all languages it may be spoken to in, `language` among them; empty means that one only. */
  languages: words,
  pronunciations: z.array(Pronunciation).default([]),
  /** Names and terms that the recogniser is told to expect. */
  boostedWords: words,

  /** A registered model of the workspace, or a model of the configured endpoint; null means the configured one. */
  model: z.string().nullable().default(null),
  /** 0 to 2; null leaves it to the endpoint. */
  temperature: z.number().nullable().default(null),
  /** Such as `low`; `auto` asks for none explicitly; null leaves what is configured. */
  reasoningEffort: z.string().nullable().default(null),

  personality: Personality.default({}),
  /** In words: "short and dry", "in classical Chinese". */
  speakingStyle: z.string().default(''),
  /** Dialogue that shows how it talks; `{{user}}` and `{{char}}` stand for the two. */
  sampleDialogue: z.string().default(''),
  catchPhrases: words,
  /** What it wants of the conversation. */
  objective: z.string().default(''),
  /** What it can do besides talking, such as "wave"; a session's action_config says what a client can show. */
  actions: words,

  /** Rules that it must keep, in words. */
  boundaries: z.string().default(''),
  /** Words that it never says. */
  blockedWords: words,
  moderation: z
    .object({
      enabled: z.boolean(),
      /** Kinds of content that it stays away from, such as `violence/graphic`. */
      filters: z.array(z.string()),
    })
    .default({ enabled: false, filters: [] }),

  /** Whether it remembers people beyond a conversation. */
  memoryEnabled: z.boolean().default(true),
  /** How many earlier exchanges it sees at most; null means as many as fit. */
  historyTurns: z.int().nullable().default(null),
});
export type Character = z.infer<typeof Character>;
