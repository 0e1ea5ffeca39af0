import { hearingRateHz } from '../../../src/frames/pcm.ts';
import { sleep, type Clock } from '../../../src/lifetime/clock.ts';
import type { Stt, SttOptions, Transcript } from '../../../src/providers/stt/stt.ts';
import { transcript, type Style } from './transcript.ts';
import type { Scene, Word } from './studio.ts';

/** The part of a word that must be in the recording for it to be recognised. */
const enough = 0.5;

/** A recogniser that knows what is said and when: it returns the words that lie in the sound it is given. */
export class KnowingStt implements Stt {
  constructor(
    private readonly clock: Clock,
    private readonly scene: Scene,
    private readonly style: Style,
    /** How long it takes to answer. */
    private readonly delayMs: number,
  ) {}

  async transcribe(samples: Int16Array, { signal }: SttOptions): Promise<Transcript> {
    const untilMs = this.clock.nowMs();
    const fromMs = untilMs - (samples.length * 1000) / hearingRateHz;
    await sleep(this.clock, this.delayMs, signal);
    const words = this.scene.words.filter((word) => share(word, fromMs, untilMs) >= enough);
    return {
      text: transcript(
        words.map(({ text }) => text),
        this.style,
        this.scene.script.language,
      ),
    };
  }
}

function share({ startMs, endMs }: Word, fromMs: number, untilMs: number): number {
  return (Math.min(endMs, untilMs) - Math.max(startMs, fromMs)) / (endMs - startMs);
}
