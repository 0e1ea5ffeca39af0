import type { EspeakVoice, SpokenLanguage } from './espeak.ts';

/** espeak-ng's ways to sound like another person, written after a language: `en-us+f3`. */
const variants = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8', 'f1', 'f2', 'f3', 'f4', 'f5'];

/** OpenAI's names, so that a character keeps a voice of its own when its provider is this one. Pitch sets siblings apart. */
const namedVoices: ReadonlyMap<string, { variant: string; pitch: number }> = new Map([
  ['alloy', { variant: '', pitch: 50 }],
  ['ash', { variant: 'm3', pitch: 45 }],
  ['ballad', { variant: 'm7', pitch: 50 }],
  ['cedar', { variant: 'm1', pitch: 35 }],
  ['coral', { variant: 'f2', pitch: 45 }],
  ['echo', { variant: 'm1', pitch: 50 }],
  ['fable', { variant: 'm4', pitch: 55 }],
  ['marin', { variant: 'f4', pitch: 45 }],
  ['nova', { variant: 'f3', pitch: 55 }],
  ['onyx', { variant: 'm5', pitch: 25 }],
  ['sage', { variant: 'f5', pitch: 45 }],
  ['shimmer', { variant: 'f2', pitch: 60 }],
  ['verse', { variant: 'm2', pitch: 55 }],
]);

/** Words a minute at speed 1. espeak-ng's own 175 is hard to follow for a voice that nobody is used to. */
const usualWordsPerMinute = 150;
const usualPitch = 50;

/** The scripts that only one language, or one usual one, is written in. Kana comes before Han: Japanese has both. */
const scripts: readonly [RegExp, string, readonly string[]][] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 'ja', ['ja']],
  [/\p{Script=Hangul}/u, 'ko', ['ko']],
  [/\p{Script=Han}/u, 'cmn', ['cmn', 'yue', 'hak', 'ja', 'ko']],
  [/\p{Script=Cyrillic}/u, 'ru', 'ru ru-cl ru-lv uk be bg mk sr kk ky tt ba cv nog'.split(' ')],
  [/\p{Script=Arabic}/u, 'ar', ['ar', 'fa', 'ur', 'sd', 'ug', 'ku']],
  [/\p{Script=Devanagari}/u, 'hi', ['hi', 'mr', 'ne', 'kok']],
  [/\p{Script=Greek}/u, 'el', ['el', 'grc']],
  [/\p{Script=Hebrew}/u, 'he', ['he']],
  [/\p{Script=Thai}/u, 'th', ['th']],
];

export type VoiceWish = {
  /** A name of OpenAI's, of espeak-ng's (`fr-fr`, `en-gb+f2`), or any other, which then gets a voice that stays the same. */
  voice: string;
  /** BCP 47 tag of the text. */
  language?: string | undefined;
  /** 1 is the usual speed. */
  speed: number;
};

/** Which voice speaks a text: who by the name, in which language by the request and by the script of the text. */
export class VoiceBook {
  readonly languages: readonly SpokenLanguage[];
  readonly #byTag = new Map<string, string>();

  constructor(languages: readonly SpokenLanguage[]) {
    this.languages = languages;
    // What a language is also called counts less than what another is called itself.
    for (const { id, aliases } of [...languages].reverse()) {
      for (const alias of aliases) this.#byTag.set(alias.toLowerCase(), id);
    }
    for (const { id } of languages) this.#byTag.set(id.toLowerCase(), id);
    for (const [tag, id] of [
      ['en', 'en-us'],
      ['fr', 'fr-fr'],
      ['zh', 'cmn'],
      ['no', 'nb'],
      ['zh-hk', 'yue'],
    ] as const) {
      if (this.#byTag.has(id)) this.#byTag.set(tag, id);
    }
  }

  get names(): string[] {
    return [...namedVoices.keys()];
  }

  /** The voice for one sentence. */
  voiceFor(sentence: string, { voice, language, speed }: VoiceWish): EspeakVoice {
    const wordsPerMinute = Math.min(450, Math.max(80, usualWordsPerMinute * speed));
    const [base = '', variant = ''] = voice.toLowerCase().split('+');
    const own = this.#byTag.get(base);
    if (own !== undefined) {
      const spoken = fittingScript(sentence, own);
      const suffix = variants.includes(variant) ? `+${variant}` : '';
      return { name: spoken + suffix, wordsPerMinute, pitch: usualPitch };
    }
    const person = namedVoices.get(base) ?? someone(base);
    const spoken = fittingScript(sentence, this.languageOf(language) ?? 'en-us');
    const name = person.variant === '' ? spoken : `${spoken}+${person.variant}`;
    return { name, wordsPerMinute, pitch: person.pitch };
  }

  /** @returns espeak-ng's name for a BCP 47 tag: the most specific one it knows */
  languageOf(tag: string | undefined): string | undefined {
    const parts = (tag ?? '').toLowerCase().split(/[-_]/);
    for (let length = parts.length; length > 0; length--) {
      const id = this.#byTag.get(parts.slice(0, length).join('-'));
      if (id !== undefined) return id;
    }
    return undefined;
  }
}

/** A voice cannot read a script that is not its own: it would spell "Chinese letter" for each character. */
function fittingScript(sentence: string, language: string): string {
  for (const [script, usual, readers] of scripts) {
    if (script.test(sentence)) return readers.includes(language) ? language : usual;
  }
  return language;
}

function someone(name: string): { variant: string; pitch: number } {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return { variant: variants[hash % variants.length] ?? '', pitch: 40 + (hash % 21) };
}
