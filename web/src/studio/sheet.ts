import { listAt, numberAt, objectAt, textAt, type JsonObject } from '../json.ts';

/** What can be edited of a character. */
export type Sheet = {
  name: string;
  /** For galleries; the model never sees it. */
  description: string;
  backstory: string;
  greeting: string;
  voice: string;
  /** BCP 47. */
  language: string;
  /** Those it speaks besides. */
  otherLanguages: readonly string[];
  speakingStyle: string;
  model: string;
  /** 0 to 1; null leaves it to the model. */
  temperature: number | null;
  boundaries: string;
  remembers: boolean;
  listed: boolean;
};
export type SheetField = keyof Sheet;

/** A sheet as the server has it. @property version grows with every change, whoever makes it */
export type StoredSheet = { id: string; version: number; sheet: Sheet };

export const blankSheet: Sheet = {
  name: '',
  description: '',
  backstory: '',
  greeting: '',
  voice: '',
  language: 'en-US',
  otherLanguages: [],
  speakingStyle: '',
  model: '',
  temperature: null,
  boundaries: '',
  remembers: true,
  listed: false,
};

/** As people call them. */
export const fieldNames: Readonly<Record<SheetField, string>> = {
  name: 'name',
  description: 'description',
  backstory: 'backstory',
  greeting: 'greeting',
  voice: 'voice',
  language: 'language',
  otherLanguages: 'other languages',
  speakingStyle: 'way of speaking',
  model: 'model',
  temperature: 'temperature',
  boundaries: 'boundaries',
  remembers: 'memory',
  listed: 'listing',
};
const fields: readonly SheetField[] = [
  'name',
  'description',
  'backstory',
  'greeting',
  'voice',
  'language',
  'otherLanguages',
  'speakingStyle',
  'model',
  'temperature',
  'boundaries',
  'remembers',
  'listed',
];

/** @param body of `/character/get` @returns undefined when it is none */
export function readSheet(body: JsonObject): StoredSheet | undefined {
  const id = textAt(body, 'character_id');
  const version = numberAt(body, 'version');
  if (id === undefined || version === undefined) return undefined;
  // As a form gives them back: other line ends would look like a change.
  const text = (name: string) => (textAt(body, name) ?? '').replaceAll('\r\n', '\n');
  const prompt = objectAt(body, 'personalised_prompt_config');
  const language = text('language_code');
  const isText = (value: unknown): value is string => typeof value === 'string';
  const spoken = listAt(body, 'language_codes').filter(isText);
  const sheet: Sheet = {
    name: text('character_name'),
    description: text('description'),
    backstory: text('backstory'),
    greeting: text('greeting'),
    voice: text('voice_type'),
    language,
    otherLanguages: spoken.filter((tag) => tag !== language),
    speakingStyle: textAt(objectAt(body, 'speaking_style'), 'description') ?? '',
    model: textAt(prompt, 'MODEL') ?? '',
    temperature: numberAt(prompt, 'TEMPERATURE') ?? null,
    boundaries: text('boundaries'),
    remembers: objectAt(body, 'memory_settings').enabled === true,
    listed: text('listing') === 'listed',
  };
  return { id, version, sheet };
}

/** What differs between two sheets. */
export function differing(one: Sheet, other: Sheet): SheetField[] {
  return fields.filter((field) => JSON.stringify(one[field]) !== JSON.stringify(other[field]));
}

/** What `mine` changed of `before`, upon `theirs`. */
export function mergedSheet(before: Sheet, mine: Sheet, theirs: Sheet): Sheet {
  const put = (sheet: Sheet, field: SheetField): Sheet => ({ ...sheet, [field]: mine[field] });
  return differing(before, mine).reduce(put, theirs);
}

/** The given fields as `/character/create` and `/character/update` take them. */
export function wireOf(sheet: Sheet, changed: readonly SheetField[]): JsonObject {
  const put = (wire: JsonObject, field: SheetField) => ({ ...wire, ...wireField(sheet, field) });
  return changed.reduce<JsonObject>(put, {});
}

function wireField(sheet: Sheet, field: SheetField): JsonObject {
  switch (field) {
    case 'name':
      return { charName: sheet.name.trim() };
    case 'voice':
      return { voiceType: sheet.voice };
    case 'language':
    case 'otherLanguages': {
      const others = sheet.otherLanguages.filter((tag) => tag !== sheet.language);
      const languageCodes = others.length === 0 ? [] : [sheet.language, ...others];
      return { language_code: sheet.language, languageCodes };
    }
    case 'speakingStyle':
      return { speaking_style: { description: sheet.speakingStyle } };
    case 'model':
      return { model_group_name: sheet.model };
    case 'remembers':
      return { memory_settings: { enabled: sheet.remembers } };
    case 'listed':
      return { listing: sheet.listed ? 'listed' : 'unlisted' };
    case 'description':
    case 'backstory':
    case 'greeting':
    case 'temperature':
    case 'boundaries':
      return { [field]: sheet[field] };
  }
}
