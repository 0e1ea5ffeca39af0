/** The package has no types of its own; these are the parts that we use. */
declare module '@echogarden/espeak-ng-emscripten' {
  export type EspeakEvent = {
    type: string;
    /** Characters (code points) of the text, counted from 1. */
    text_position: number;
    /** Characters. */
    word_length: number;
    /** Milliseconds of sound. */
    audio_position: number;
    /** Of a phoneme its letters, of a word or sentence its number. */
    id?: string | number;
  };
  export type EspeakWorker = {
    /** @returns 0 when there is such a voice; else it stays what it was */
    set_voice(name: string): number;
    /** @param wordsPerMinute 80 to 450 */
    set_rate(wordsPerMinute: number): void;
    /** @param pitch 0 to 99 */
    set_pitch(pitch: number): void;
    get_samplerate(): number;
    list_voices(): {
      name: string;
      identifier: string;
      languages: { priority: number; name: string }[];
    }[];
    /** @param onSound gets each piece; true stops */
    synthesize(
      text: string,
      onSound: (samples: Int16Array, events: EspeakEvent[]) => boolean,
    ): void;
  };
  export type EspeakModule = {
    HEAPU8: Uint8Array;
    eSpeakNGWorker: new () => EspeakWorker;
  };
  export default function espeak(options?: {
    print?: (line: string) => void;
    printErr?: (line: string) => void;
  }): Promise<EspeakModule>;
}
