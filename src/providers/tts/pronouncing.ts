import type { PcmFrame } from '../../frames/pcm.ts';
import type { Pronunciation } from '../../protocol/character.ts';
import type { Tts, TtsOptions } from './tts.ts';

/**
 * Says words as they are to be pronounced: the synthesiser reads another spelling than the one that is shown. Endpoints
 * of this shape take no phonemes, so a pronunciation that is given in IPA only changes nothing.
 */
export class Pronouncing implements Tts {
  readonly #sayAs: ReadonlyMap<string, string>;
  readonly #words: RegExp | undefined;

  constructor(
    private readonly tts: Tts,
    pronunciations: readonly Pronunciation[],
  ) {
    this.#sayAs = new Map(
      pronunciations.flatMap(({ word, sayAs }) => (sayAs === '' ? [] : [[word, sayAs] as const])),
    );
    // Longer ones first, so that "New York" is not read as a "New" before a "York".
    const words = [...this.#sayAs.keys()].sort((a, b) => b.length - a.length).map(wholeWord);
    this.#words = words.length === 0 ? undefined : new RegExp(words.join('|'), 'gu');
  }

  stream(text: string, options: TtsOptions): AsyncGenerator<PcmFrame, void> {
    return this.tts.stream(this.spelled(text), options);
  }

  /** Upper and lower case are different words, as documented. */
  spelled(text: string): string {
    if (!this.#words) return text;
    return text.replace(this.#words, (word) => this.#sayAs.get(word) ?? word);
  }
}

/** Not within another word; in scripts that write without spaces every place is the beginning of one. */
function wholeWord(word: string): string {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const spaced = '[\\p{Script=Latin}\\p{Script=Cyrillic}\\p{Script=Greek}\\p{N}]';
  const before = new RegExp(`^${spaced}`, 'u').test(word) ? `(?<!${spaced})` : '';
  const after = new RegExp(`${spaced}$`, 'u').test(word) ? `(?!${spaced})` : '';
  return `${before}${escaped}${after}`;
}
