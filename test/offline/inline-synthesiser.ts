import { Espeak, type EspeakVoice } from '../../src/offline/speech/espeak.ts';
import type { Synthesiser } from '../../src/offline/speech/synthesiser.ts';
import { utterance } from '../../src/offline/speech/utterance.ts';

/** The real espeak-ng without its thread, which only compiled code can start. Counts what it is asked for. */
export class InlineSynthesiser implements Synthesiser {
  readonly spoken: { sentence: string; voice: string }[] = [];
  readonly #espeak = Espeak.open();

  async voiceLines(): Promise<string[]> {
    return (await this.#espeak).voices();
  }

  async speak(sentence: string, voice: EspeakVoice, signal: AbortSignal): Promise<Int16Array> {
    signal.throwIfAborted();
    this.spoken.push({ sentence, voice: voice.name });
    return utterance(await this.#espeak, sentence, voice);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
