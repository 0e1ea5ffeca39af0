import { speakingRateHz } from '../../src/frames/pcm.ts';
import type { SpeechFrame, TimedWord } from '../../src/frames/speech-timing.ts';
import type { Clock } from '../../src/lifetime/clock.ts';
import type { ProviderFailed } from '../../src/providers/provider-failed.ts';
import type { Tts, TtsOptions } from '../../src/providers/tts/tts.ts';
import { CallLog, Script } from './scripted-call.ts';

/**
 * One answer: so many milliseconds of a quiet tone in pieces of `pieceMs` (100), the first after `firstMs` of the
 * clock, each further one after `gapMs` (0 when left out; `Infinity` hangs until aborted). With `fails` it throws
 * that after its sound and another `failsAfterMs`.
 */
export type TtsStep = {
  /** 60 ms a letter when left out: about the pace of speech. */
  soundMs?: number | ((text: string) => number);
  firstMs?: number;
  gapMs?: number;
  pieceMs?: number;
  fails?: ProviderFailed;
  failsAfterMs?: number;
  /** When each word sounds; told with the first piece. */
  words?: (text: string) => TimedWord[];
};

export type TtsInput = { text: string; voice: string | undefined; language: string | undefined };

/** A voice that hums. */
export class ScriptedTts implements Tts {
  readonly script: Script<TtsStep>;
  readonly log: CallLog<TtsInput>;

  constructor(clock: Clock, ...steps: TtsStep[]) {
    this.script = new Script(steps);
    this.log = new CallLog(clock);
  }

  async *stream(text: string, options: TtsOptions): AsyncGenerator<SpeechFrame, void> {
    const { voice, language, signal } = options;
    signal.throwIfAborted();
    const step = this.script.next();
    const call = this.log.begin({ text, voice, language });
    let stopped = true;
    try {
      const { soundMs = 60 * text.length, pieceMs = 100 } = step;
      let leftMs = typeof soundMs === 'number' ? soundMs : soundMs(text);
      await this.log.wait(step.firstMs ?? 0, signal);
      for (let first = true; leftMs > 0; leftMs -= pieceMs, first = false) {
        if (!first) await this.log.wait(step.gapMs ?? 0, signal);
        const samples = hum(Math.min(leftMs, pieceMs));
        const words = first ? step.words?.(text) : undefined;
        yield {
          samples,
          sampleRateHz: speakingRateHz,
          ...(words && { timing: { words, phonemes: [] } }),
        };
        signal.throwIfAborted();
      }
      await this.log.wait(step.failsAfterMs ?? 0, signal);
      stopped = false;
      if (step.fails) throw step.fails;
      this.log.end(call, 'completed');
    } finally {
      this.log.end(call, stopped ? 'aborted' : 'failed');
    }
  }
}

/** A tone of 200 Hz at about -20 dBFS. */
export function hum(durationMs: number, sampleRateHz = speakingRateHz): Int16Array {
  const length = Math.round((durationMs * sampleRateHz) / 1000);
  return Int16Array.from({ length }, (_, i) =>
    Math.round(4_600 * Math.sin((2 * Math.PI * 200 * i) / sampleRateHz)),
  );
}
