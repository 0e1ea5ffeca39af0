import { Espeak, type EspeakVoice, type SpokenLanguage } from '../../src/offline/speech/espeak.ts';
import type { Synthesiser } from '../../src/offline/speech/synthesiser.ts';
import { utterance, type SpokenSentence } from '../../src/offline/speech/utterance.ts';

/** The real espeak-ng without its thread, which only compiled code can start. Counts what it is asked for. */
export class InlineSynthesiser implements Synthesiser {
  readonly spoken: { sentence: string; voice: string }[] = [];
  readonly #espeak = Espeak.open();

  async languages(): Promise<readonly SpokenLanguage[]> {
    return (await this.#espeak).languages;
  }

  async speak(sentence: string, voice: EspeakVoice, signal: AbortSignal): Promise<SpokenSentence> {
    signal.throwIfAborted();
    this.spoken.push({ sentence, voice: voice.name });
    return utterance(await this.#espeak, sentence, voice);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
