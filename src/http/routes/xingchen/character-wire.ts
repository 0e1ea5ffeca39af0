import * as z from 'zod';
import type { CharacterChange } from '../../../characters/character-fields.ts';
import type { FoundCharacter } from '../../../characters/open-characters.ts';
import {
  AdvancedConfig,
  type CharacterView,
  type XingchenFields,
} from '../../../protocol/xingchen/character.ts';
import { wireId } from '../../../protocol/xingchen/ids.ts';

/** What the server says of a character; clients that send back what they read do not change it. */
const saidHere = new Set([
  ...['characterId', 'version', 'majorVersion', 'versions', 'gmtCreate', 'gmtModified'],
  ...['isPreConfigured', 'manageable', 'userId', 'modifiedBy', 'creator'],
]);
/** What every API has of a character, under this API's names. */
const shared = new Set([
  ...['name', 'introduction', 'basicInformation', 'openingLine', 'traits', 'chatExample'],
  'chatObjective',
]);

/** A change as the store takes it. Only what was sent is changed. */
export function fromXingchen(sent: XingchenFields): CharacterChange {
  const { avatar, advancedConfig: config } = sent;
  // As with all objects, the whole is replaced: without memories, nothing is switched off.
  const memories = config && (config.longTermMemories ?? [{ enabled: true }]);
  const own = Object.entries(sent).filter(
    ([name, value]) => !saidHere.has(name) && !shared.has(name) && value != null,
  );
  return without({
    name: sent.name ?? undefined,
    description: sent.introduction ?? undefined,
    backstory: sent.basicInformation ?? undefined,
    greeting: sent.openingLine ?? undefined,
    speakingStyle: sent.traits ?? undefined,
    sampleDialogue: sent.chatExample ?? undefined,
    objective: sent.chatObjective ?? undefined,
    picture: avatar ? (avatar.fileUrl ?? null) : undefined,
    historyTurns: config ? (config.shortTermMemoryRound ?? null) : undefined,
    memoryEnabled: memories ? memories.some(({ enabled }) => enabled ?? true) : undefined,
    xingchen: own.length > 0 ? Object.fromEntries(own) : undefined,
  });
}

/** The language that somebody speaks who is described so: this API has no field for it. */
export function languageOf({ basicInformation, openingLine, name }: XingchenFields) {
  const text = [name, basicInformation, openingLine].join(' ');
  return /\p{Script=Han}/u.test(text) ? { language: 'zh-CN' } : {};
}

const Loose = z.record(z.string(), z.unknown()).catch({});
const Kept = z.looseObject({
  avatar: Loose,
  type: z.string().catch('virtual'),
  roleTypes: z.array(z.string()).catch([]),
  permConfig: Loose,
  advancedConfig: AdvancedConfig.catch({}),
});

export function toXingchen({ record, isOwn, isPreConfigured }: FoundCharacter): CharacterView {
  const { character, description, picture } = record;
  const { avatar, type, roleTypes, permConfig, advancedConfig, ...more } = Kept.parse(
    record.xingchen,
  );
  const { knowledgeBases, ...config } = advancedConfig;
  const { historyTurns } = character;
  return {
    ...more,
    characterId: wireId(character.id),
    version: record.version,
    name: character.name,
    // Another API may have changed the picture since.
    avatar: picture === (avatar['fileUrl'] ?? null) ? avatar : { fileUrl: picture },
    introduction: description,
    basicInformation: character.backstory,
    openingLine: character.greeting,
    traits: character.speakingStyle,
    chatExample: character.sampleDialogue,
    type,
    chatObjective: character.objective,
    roleTypes,
    permConfig: {
      ...permConfig,
      isPublic: flagOf(permConfig['isPublic']),
      allowApi: flagOf(permConfig['allowApi']),
      allowChat: flagOf(permConfig['allowChat']),
    },
    advancedConfig: {
      ...config,
      ...(historyTurns !== null && { shortTermMemoryRound: historyTurns }),
      // Documents are its owner's alone.
      ...(isOwn && knowledgeBases && { knowledgeBases }),
    },
    gmtCreate: record.createdAt.toISOString(),
    gmtModified: record.updatedAt.toISOString(),
    isPreConfigured,
    manageable: isOwn,
  };
}

const flagOf = (value: unknown) => (value === 1 ? 1 : 0);

/** Leaves out what is undefined: a change changes what is there. */
function without(change: CharacterChange): CharacterChange {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
