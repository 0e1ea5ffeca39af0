import type { SttLine, SttLineOptions } from '../../src/providers/stt/stt.ts';
import { ScriptedStt } from './scripted-stt.ts';

/** A recogniser that listens while the user speaks, and hears what it was told to. */
export class ScriptedStream extends ScriptedStt {
  /** What it knows before it is asked, by the length of the sound in samples at 16 kHz. */
  knows: (samples: number) => string = () => '';
  openLines = 0;
  /** How often it was told that there is more to come. */
  goOns = 0;

  openLine({ language, onPartial }: SttLineOptions): SttLine {
    this.openLines++;
    let samples = 0;
    let told = '';
    const lastPartial = () => told;
    return {
      get partial() {
        return lastPartial();
      },
      push: (sound) => {
        samples += sound.length;
        const text = this.knows(samples);
        if (text === told) return;
        told = text;
        onPartial(text);
      },
      words: (whole, signal) => this.transcribe(whole(), { language, signal }),
      goOn: () => {
        this.goOns++;
      },
      reset: () => {
        samples = 0;
        told = '';
      },
      close: () => {
        this.openLines--;
      },
    };
  }
}
