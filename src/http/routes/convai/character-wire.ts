import * as z from 'zod';
import type { CharacterChange } from '../../../characters/character-fields.ts';
import type { CharacterRecord } from '../../../characters/character-record.ts';
import { personalityTraits } from '../../../protocol/character.ts';
import {
  keptConvaiFields,
  type ConvaiCharacter,
  type ConvaiCharacterFields,
} from '../../../protocol/convai-character.ts';

/** What the documented examples show for a character that nothing was said about. */
const keptDefaults: Record<string, unknown> = {
  model_type: 'NULL',
  model_details: {},
  state_names: [],
  state_links: [],
  voice_pitch: 0,
  character_emotions: [],
  guard_rails: {},
  metadata_filter: {},
  embodiment: null,
  embodiment_data: {},
};
const usualTrait = 2;

/** A change as the store takes it, of the documented names. Only what was sent is changed. */
export function fromConvai(sent: ConvaiCharacterFields): CharacterChange {
  const prompt = sent.personalised_prompt_config;
  const model = sent.model_group_name ?? prompt?.MODEL;
  const style = sent.speaking_style?.description ?? sent.character_traits?.speaking_style;
  const languages = sent.languageCodes ?? sent.language_codes;
  const effort = sent.reasoning_effort?.trim();
  return without({
    name: sent.charName,
    backstory: sent.backstory,
    voice: sent.voiceType === undefined ? undefined : sent.voiceType.trim() || null,
    greeting: sent.greeting,
    actions: (sent.actions ?? sent.action ?? sent.character_actions)?.filter(Boolean),
    languages,
    language: sent.language_code ?? languages?.[0],
    listing: sent.listing,
    description: sent.description,
    model: model === undefined ? undefined : model.trim() || null,
    temperature: sent.temperature === undefined ? prompt?.TEMPERATURE : sent.temperature,
    reasoningEffort: effort === '' ? null : effort,
    personality: sent.character_traits?.personality_traits,
    speakingStyle: style === 'None' ? '' : style,
    sampleDialogue: sent.speaking_style?.sample_dialogues,
    catchPhrases: sent.character_traits?.catch_phrases,
    pronunciations: sent.pronunciation_metadata?.pronunciations.map((spoken) => ({
      word: spoken.word,
      sayAs: spoken.customPronunciation ?? '',
      ipa: spoken.ipaPronunciation ?? '',
    })),
    boostedWords: sent.boosted_words?.words,
    blockedWords: sent.guardrail_meta?.blockedWords,
    boundaries: sent.boundaries,
    moderation: moderationOf(sent),
    memoryEnabled: sent.memory_settings?.enabled,
    convai: dialectOf(sent),
  });
}

/** Of the two fields one alone may be sent; a character has them only together. */
function moderationOf({ personalised_prompt_config: prompt }: ConvaiCharacterFields) {
  if (!prompt || !('MODERATION_ENABLED' in prompt || 'ALLOWED_MODERATION_FILTERS' in prompt))
    return undefined;
  const filters = prompt.ALLOWED_MODERATION_FILTERS ?? [];
  return { enabled: prompt.MODERATION_ENABLED ?? filters.length > 0, filters };
}

/** What has no meaning of its own here. Of objects that have some, all that was sent is kept beside it. */
function dialectOf(sent: ConvaiCharacterFields): Record<string, unknown> | undefined {
  const names = [
    ...keptConvaiFields,
    'personalised_prompt_config',
    'guardrail_meta',
    'memory_settings',
  ];
  const kept = Object.entries(sent).filter(
    ([name, value]) => names.includes(name) && value !== undefined,
  );
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

export type WireOptions = {
  workspaceId: string;
  /** What answers for a character that names no model. */
  usualModel: string;
  usualVoice: string;
  /** Of the character's story; undefined where it has none. */
  outline: { isDriven: boolean; firstSectionId: string | null } | undefined;
};

/** A character in the shape of `/character/list`, without its backstory. */
export function toConvai(record: CharacterRecord, options: WireOptions): ConvaiCharacter {
  const { character, convai } = record;
  const kept = Object.fromEntries(
    Object.entries(keptDefaults).map(([name, usual]) => [name, convai[name] ?? usual]),
  );
  return {
    character_name: character.name,
    collection_name: 'convai_default_collection',
    user_id: options.workspaceId,
    character_id: character.id,
    character_number: character.number,
    version: record.version,
    listing: record.listing,
    voice_type: character.voice ?? options.usualVoice,
    blockchain: 'NULL',
    contract_address: 'NULL',
    mint_address: 'NULL',
    owner_address: 'NULL',
    timestamp: toTimestamp(record.createdAt),
    character_actions: character.actions,
    language_code: character.language,
    personalised_prompt_config: {
      PROMPT: '',
      VERBOSITY: 2,
      ...objectOf(convai['personalised_prompt_config']),
      MODEL: character.model ?? options.usualModel,
      ...(character.temperature !== null && { TEMPERATURE: character.temperature }),
      MODERATION_ENABLED: character.moderation.enabled,
      ALLOWED_MODERATION_FILTERS: character.moderation.filters,
    },
    reasoning_effort: character.reasoningEffort ?? '',
    boosted_words: { words: character.boostedWords },
    guardrail_meta: {
      limitResponseLevel: 4,
      ...objectOf(convai['guardrail_meta']),
      blockedWords: character.blockedWords,
    },
    boundaries: character.boundaries,
    start_narrative_section_id: options.outline?.firstSectionId ?? null,
    is_narrative_driven: options.outline?.isDriven ?? false,
    character_traits: {
      catch_phrases: character.catchPhrases,
      speaking_style: character.speakingStyle || 'None',
      personality_traits: Object.fromEntries(
        personalityTraits.map((name) => [name, character.personality[name] ?? usualTrait]),
      ),
    },
    language_codes: character.languages.length > 0 ? character.languages : [character.language],
    memory_settings: {
      ...objectOf(convai['memory_settings']),
      enabled: character.memoryEnabled,
    },
    last_interacted_with:
      record.lastInteractedAt === null ? null : toTimestamp(record.lastInteractedAt),
    pronunciation_metadata: {
      pronunciations: character.pronunciations.map(({ word, sayAs, ipa }) => ({
        word,
        ipaPronunciation: ipa,
        customPronunciation: sayAs,
      })),
    },
    description: record.description,
    speaking_style: {
      description: character.speakingStyle,
      sample_dialogues: character.sampleDialogue,
    },
    greeting: character.greeting,
    model_type: kept['model_type'],
    model_details: kept['model_details'],
    state_names: kept['state_names'],
    state_links: kept['state_links'],
    voice_pitch: kept['voice_pitch'],
    character_emotions: kept['character_emotions'],
    guard_rails: kept['guard_rails'],
    metadata_filter: kept['metadata_filter'],
    embodiment: kept['embodiment'],
    embodiment_data: kept['embodiment_data'],
  };
}

/** `2023-11-07T02:57:59`: UTC, without saying so. */
function toTimestamp(at: Date): string {
  return at.toISOString().slice(0, 19);
}

const Loose = z.record(z.string(), z.unknown());

function objectOf(value: unknown): Record<string, unknown> {
  const parsed = Loose.safeParse(value);
  return parsed.success ? parsed.data : {};
}

/** Leaves out what is undefined: a change changes what is there. */
function without(change: CharacterChange): CharacterChange {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
