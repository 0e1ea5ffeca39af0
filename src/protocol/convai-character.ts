import * as z from 'zod';
import { personalityTraits } from './character.ts';
import { laxBoolean, laxNumber } from './lax.ts';

/*
 * A character as Convai's crafting APIs write it (character-api.md, core-ai-settings-api.md) and list it
 * (character-list-api.md). Whatever is listed can be written under the same name. Lengths are checked where a character
 * is stored, the same for every API.
 */

/** A list of texts; forms and old clients send it as JSON or with commas. */
export const texts = z.preprocess((value) => {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (text === '') return [];
  if (!text.startsWith('[')) return text.split(',').map((part) => part.trim());
  return jsonOf(text);
}, z.array(z.string()));

/** An object; forms send it as JSON. */
export const object = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (typeof value === 'string' ? jsonOf(value) : value), schema);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const PersonalityTraits = z.partialRecord(z.enum(personalityTraits), laxNumber(0, 4));

const SpokenAs = z.object({
  word: z.string(),
  ipaPronunciation: z.string().optional(),
  customPronunciation: z.string().optional(),
});

/** The parts that Parley gives no meaning: kept, and returned as they came. */
const kept = {
  model_type: z.string(),
  model_details: object(z.looseObject({})),
  state_names: object(z.array(z.unknown())),
  state_links: object(z.array(z.unknown())),
  voice_pitch: laxNumber(-100, 100),
  character_emotions: object(z.array(z.unknown())),
  guard_rails: object(z.looseObject({})),
  metadata_filter: object(z.looseObject({})),
  embodiment: z.unknown(),
  embodiment_data: object(z.looseObject({})),
};
export const keptConvaiFields = Object.keys(kept);

export const ConvaiCharacterFields = z
  .object({
    ...kept,
    charName: z.string(),
    backstory: z.string(),
    voiceType: z.string(),
    greeting: z.string(),
    actions: texts,
    action: texts,
    character_actions: texts,
    languageCodes: texts,
    language_codes: texts,
    language_code: z.string(),
    listing: z.string(),
    description: z.string(),
    model_group_name: z.string(),
    /** Between 0 and 1, as documented; null, which is ours, leaves it to the model. */
    temperature: laxNumber(0, 1).nullable(),
    /** Empty clears it. */
    reasoning_effort: z.string(),
    personalised_prompt_config: object(
      z.looseObject({
        MODEL: z.string().optional(),
        TEMPERATURE: laxNumber(0, 1).optional(),
        MODERATION_ENABLED: laxBoolean.optional(),
        ALLOWED_MODERATION_FILTERS: texts.optional(),
      }),
    ),
    character_traits: object(
      z.object({
        catch_phrases: texts.optional(),
        speaking_style: z.string().optional(),
        personality_traits: PersonalityTraits.optional(),
      }),
    ),
    speaking_style: object(
      z.object({ description: z.string().optional(), sample_dialogues: z.string().optional() }),
    ),
    pronunciation_metadata: object(z.object({ pronunciations: z.array(SpokenAs) })),
    boosted_words: object(z.object({ words: z.array(z.string()) })),
    guardrail_meta: object(z.looseObject({ blockedWords: z.array(z.string()).optional() })),
    /** What the character must not do, in words: the playground's "Guardrails Instruction". */
    boundaries: z.string(),
    memory_settings: object(z.looseObject({ enabled: laxBoolean.optional() })),
  })
  .partial();
export type ConvaiCharacterFields = z.infer<typeof ConvaiCharacterFields>;

const charId = z.union([z.string().trim().min(1).max(200), z.int()]).transform(String);

export const CreateCharacter = ConvaiCharacterFields.extend({
  charName: z.string(),
  voiceType: z.string(),
  backstory: z.string(),
});
export const UpdateCharacter = ConvaiCharacterFields.extend({
  charID: charId,
  /** The version that the change was made on, as `/character/get` says it; `If-Match` says the same. */
  version: z.preprocess((v) => (typeof v === 'string' ? Number(v) : v), z.int()).optional(),
});
export const NameCharacter = z.object({ charID: charId });
export const FindCharacter = z.object({
  charID: charId.optional(),
  charName: z.string().trim().min(1).optional(),
});
export const CloneCharacter = NameCharacter.extend({ KB: laxBoolean.optional() });

/** One entry of `/character/list`, and, with its backstory, the answer of `/character/get`. */
export const ConvaiCharacter = z.object({
  character_name: z.string(),
  collection_name: z.string(),
  user_id: z.string(),
  character_id: z.string(),
  /** Parley's own: the number that stands for the id where only integers are known. */
  character_number: z.int(),
  /** Parley's own: send it back with an update to be refused when somebody else was first. */
  version: z.int(),
  model_type: z.unknown(),
  state_names: z.unknown(),
  state_links: z.unknown(),
  listing: z.string(),
  voice_type: z.string(),
  voice_pitch: z.unknown(),
  blockchain: z.string(),
  contract_address: z.string(),
  mint_address: z.string(),
  owner_address: z.string(),
  timestamp: z.string(),
  character_actions: z.array(z.string()),
  character_emotions: z.unknown(),
  model_details: z.unknown(),
  language_code: z.string(),
  guard_rails: z.unknown(),
  metadata_filter: z.unknown(),
  personalised_prompt_config: z.looseObject({}),
  reasoning_effort: z.string(),
  boosted_words: z.object({ words: z.array(z.string()) }),
  guardrail_meta: z.looseObject({ blockedWords: z.array(z.string()) }),
  boundaries: z.string(),
  start_narrative_section_id: z.string().nullable(),
  is_narrative_driven: z.boolean(),
  character_traits: z.looseObject({}),
  language_codes: z.array(z.string()),
  memory_settings: z.looseObject({ enabled: z.boolean() }),
  last_interacted_with: z.string().nullable(),
  pronunciation_metadata: z.object({ pronunciations: z.array(SpokenAs) }),
  description: z.string(),
  speaking_style: z.object({ description: z.string(), sample_dialogues: z.string() }),
  greeting: z.string(),
  embodiment: z.unknown(),
  embodiment_data: z.unknown(),
  backstory: z.string().optional(),
});
export type ConvaiCharacter = z.infer<typeof ConvaiCharacter>;
