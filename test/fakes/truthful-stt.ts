import type { Clock } from '../../src/lifetime/clock.ts';
import type { SttLine, SttLineOptions } from '../../src/providers/stt/stt.ts';
import { ScriptedStt } from './scripted-stt.ts';

/** No tone of the tests is so loud: a sample above it stands for words, by their number. */
const firstMark = 20_000;

/** Puts words into a sound. @param number of the words, from 0 */
export function mark(samples: Int16Array, number: number): Int16Array {
  const marked = Int16Array.from(samples);
  marked[0] = firstMark + number;
  return marked;
}

/** The numbers of the words in a sound, in order. */
export function marksIn(samples: Int16Array): number[] {
  return [...samples].flatMap((sample) => (sample >= firstMark ? [sample - firstMark] : []));
}

/** A recogniser that listens while the user speaks, and hears the words that were really put into the sound. */
export class TruthfulStt extends ScriptedStt {
  openLines = 0;

  constructor(
    clock: Clock,
    private readonly textOf: (samples: Int16Array) => string,
    /** Whether it tells words before it is asked. */
    private readonly tellsPartials: boolean,
  ) {
    super(clock, { text: textOf });
  }

  openLine({ language, onPartial }: SttLineOptions): SttLine {
    this.openLines++;
    let pieces: string[] = [];
    const told = () => pieces.join(' ');
    return {
      get partial() {
        return told();
      },
      push: (samples) => {
        const text = this.tellsPartials ? this.textOf(samples) : '';
        if (text === '') return;
        pieces.push(text);
        onPartial(told());
      },
      words: (whole, signal) => this.transcribe(whole(), { language, signal }),
      goOn: () => undefined,
      reset: () => {
        pieces = [];
      },
      close: () => {
        this.openLines--;
      },
    };
  }
}
