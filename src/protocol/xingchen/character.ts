import * as z from 'zod';
import { Envelope, Page } from './envelope.ts';
import { orderBy, pageNum, pageSize } from './paging.ts';

/*
 * A character as this API writes and shows it. Objects are loose: what is not known here is kept, and returned as it
 * came. The lengths are those of the store (characters/character-fields.ts). Null means "not sent".
 */
const text = z.string().nullish();
const upTo = (mostChars: number) => z.string().max(mostChars).nullish();
const name = z.string().trim().min(1).max(200);
const basicInformation = z.string().max(60_000);
const flag = z.boolean().nullish();

const Avatar = z.looseObject({ fileUrl: upTo(2_000), filename: text });

/** 0 or 1. Of other workspaces' keys, never of the own. */
const permission = z.literal([0, 1]);
const PermConfig = z.looseObject({
  /** Others may look at it: `details` and the scope `public`. */
  isPublic: permission.nullish(),
  /** Others may chat with it by API. */
  allowApi: permission.nullish(),
  /** Others may talk with it on the platform. */
  allowChat: permission.nullish(),
});
type PermConfig = z.infer<typeof PermConfig>;

const Keyword = z.looseObject({ value: text });
const conditionType = z.string().max(64).nullish();
const RejectCondition = z.looseObject({
  enabled: flag,
  conditionType,
  keywords: z.array(Keyword).max(200).nullish(),
  subRejectCondition: z
    .looseObject({ enabled: flag, conditionType, keywords: z.array(Keyword).max(200).nullish() })
    .nullish(),
});
type RejectCondition = z.infer<typeof RejectCondition>;

/** `text_to_image_plugin`, `reject_answer_plugin`, or one that is not known here. */
const PlatformPlugin = z.looseObject({
  enabled: flag,
  name: z.string().max(64).nullish(),
  imageStyle: text,
  positiveDesc: text,
  negativeDesc: text,
  rejectConditions: z.array(RejectCondition).max(50).nullish(),
});
type PlatformPlugin = z.infer<typeof PlatformPlugin>;
export const PlatformPlugins = z.array(PlatformPlugin).max(20);

const LongTermMemory = z.looseObject({
  enabled: flag,
  /** `kv` or `summary`. */
  memoryType: z.string().max(64).nullish(),
  kvMemoryConfigs: z
    .array(z.looseObject({ enabled: flag, memoryText: text }))
    .max(50)
    .nullish(),
});
type LongTermMemory = z.infer<typeof LongTermMemory>;

export const AdvancedConfig = z.looseObject({
  isRealInfo: flag,
  searchKeyword: text,
  allowSendImage: flag,
  imageStyle: text,
  allowSendAsr: flag,
  asrStyle: text,
  /** Whether the character knows what time it is. */
  isRealTime: flag,
  /** How many earlier exchanges the model sees. */
  shortTermMemoryRound: z.int().min(0).max(200).nullish(),
  knowledgeBases: z.array(z.string().max(200)).max(100).nullish(),
  longTermMemories: z.array(LongTermMemory).max(20).nullish(),
  platformPlugins: PlatformPlugins.nullish(),
});
export type AdvancedConfig = z.infer<typeof AdvancedConfig>;

const CharacterFields = z.looseObject({
  name: name.nullish(),
  avatar: Avatar.nullish(),
  introduction: upTo(4_000),
  basicInformation: basicInformation.nullish(),
  openingLine: upTo(4_000),
  traits: upTo(8_000),
  chatExample: upTo(20_000),
  /** `virtual`, or `reproduction` of somebody known. */
  type: upTo(64),
  chatObjective: upTo(8_000),
  roleTypes: z.array(z.string().max(100)).max(50).nullish(),
  permConfig: PermConfig.nullish(),
  advancedConfig: AdvancedConfig.nullish(),
});
export type XingchenFields = z.infer<typeof CharacterFields>;

const characterId = z.string().trim().min(1).max(200);

export const CreateCharacter = CharacterFields.extend({ name, basicInformation });
export const UpdateCharacter = CharacterFields.extend({ characterId });
export const NameCharacter = z.looseObject({ characterId });
export const DetailsQuery = z.object({ characterId });

const scopes = ['my', 'pre_configured', 'public'] as const;
export const SearchCharacters = z.looseObject({
  where: z
    .looseObject({
      scope: z.enum(scopes).nullish(),
      characterName: z.string().max(200).nullish(),
      roleTypes: z.array(z.string().max(100)).max(50).nullish(),
    })
    .nullish(),
  orderBy: orderBy(
    {
      gmtModified: 'modified',
      modifiedTime: 'modified',
      gmtCreate: 'created',
      createTime: 'created',
    },
    { by: 'modified', descending: true },
  ),
  pageNum,
  pageSize,
});

/** A character as `details` and `search` show it, beside whatever else was kept of it. */
export const CharacterView = z.looseObject({
  characterId: z.string(),
  version: z.int(),
  name: z.string(),
  avatar: z.looseObject({}),
  introduction: z.string(),
  basicInformation: z.string(),
  openingLine: z.string(),
  traits: z.string(),
  chatExample: z.string(),
  type: z.string(),
  chatObjective: z.string(),
  roleTypes: z.array(z.string()),
  permConfig: z.looseObject({ isPublic: z.int(), allowApi: z.int(), allowChat: z.int() }),
  advancedConfig: z.looseObject({}),
  /** ISO 8601. */
  gmtCreate: z.string(),
  gmtModified: z.string(),
  isPreConfigured: z.boolean(),
  /** Whether this key may change it. */
  manageable: z.boolean(),
});
export type CharacterView = z.infer<typeof CharacterView>;

export const CharacterKey = z.object({
  characterId: z.string(),
  version: z.int(),
  name: z.string(),
});

export const CreatedAnswer = Envelope(CharacterKey);
export const DoneAnswer = Envelope(z.literal(true));
export const DetailsAnswer = Envelope(CharacterView);
export const SearchAnswer = Envelope(Page(CharacterView));
