import * as z from 'zod';
import { PcmByteStream } from '../../audio/pcm-bytes.ts';
import { speakingRateHz } from '../../frames/pcm.ts';
import type { SpeechFrame, SpeechTiming } from '../../frames/speech-timing.ts';
import { SpeechEvent, type SpeechTimingEvent } from '../../protocol/speech-events.ts';
import { BrokenOff, Garbage } from '../attempt.ts';
import { EventStream } from '../event-stream.ts';

const known = new Set<unknown>(['speech.audio.delta', 'speech.audio.done', 'speech.timing']);
const AnyEvent = z.looseObject({ type: z.string() });

/** Makes frames of an answer that comes as events (`protocol/speech-events.ts`): sound, and what is said when in it. */
export class SpeechEventReader {
  readonly #events = new EventStream();
  readonly #pcm = new PcmByteStream();
  /** Of the sound that comes next. */
  #timing: SpeechTiming | undefined;
  #any = false;
  #done = false;

  push(bytes: Uint8Array): SpeechFrame[] {
    return this.#events.push(bytes).flatMap((data) => this.#read(data));
  }

  /** @throws {Garbage | BrokenOff} when there was no sound, or not all of it */
  end(): SpeechFrame[] {
    const last = this.#events.end().flatMap((data) => this.#read(data));
    if (!this.#done || this.#pcm.midSample) throw new BrokenOff('sound without its end');
    if (!this.#any) throw new Garbage('an answer without sound', true);
    return last;
  }

  #read(data: string): SpeechFrame[] {
    if (data === '[DONE]') return [];
    const json = AnyEvent.parse(JSON.parse(data));
    if (!known.has(json.type)) return [];
    const event = SpeechEvent.parse(json);
    switch (event.type) {
      case 'speech.timing':
        this.#timing = timingIn(event);
        return [];
      case 'speech.audio.done':
        this.#done = true;
        return [];
      case 'speech.audio.delta': {
        const samples = this.#pcm.push(Buffer.from(event.audio, 'base64'));
        if (samples.length === 0) return [];
        this.#any = true;
        const timing = this.#timing;
        this.#timing = undefined;
        return [{ samples, sampleRateHz: speakingRateHz, ...(timing && { timing }) }];
      }
    }
  }
}

function timingIn({ words, phonemes }: SpeechTimingEvent): SpeechTiming {
  return {
    words: inOrder(words).map(({ word, ...span }) => ({ text: word, ...inMs(span) })),
    phonemes: inOrder(phonemes).map(({ phoneme, ...span }) => ({ ipa: phoneme, ...inMs(span) })),
  };
}

type Span = { start: number; end: number };
const inOrder = <T extends Span>(units: T[]) => [...units].sort((a, b) => a.start - b.start);
const inMs = ({ start, end }: Span) => ({
  startMs: start * 1000,
  endMs: Math.max(start, end) * 1000,
});
