import type { HearingStream, Recogniser } from '../../src/offline/hearing/recogniser.ts';

/** Hears what it is told to, and keeps what it was given. */
export class ScriptedRecogniser implements Recogniser {
  readonly heard: Int16Array[] = [];
  /** The samples of each stream so far, and how it ended. */
  streams: { samples: number; end: 'open' | 'finished' | 'dropped' }[] = [];
  answer: () => Promise<string> = () => Promise.resolve('hello there');
  /** The words of a stream so far, and at its end; nobody listens to streams when it is undefined. */
  streamed: ((samples: number, isOver: boolean) => string) | undefined;

  reset(): void {
    this.heard.length = 0;
    this.streams = [];
    this.streamed = undefined;
  }

  recognise(samples: Int16Array, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    this.heard.push(samples);
    return this.answer();
  }

  openStream(onPartial: (words: string) => void): HearingStream | undefined {
    const { streamed } = this;
    if (!streamed) return undefined;
    const stream = { samples: 0, end: 'open' as 'open' | 'finished' | 'dropped' };
    this.streams.push(stream);
    return {
      push: ({ length }) => {
        stream.samples += length;
        onPartial(streamed(stream.samples, false));
      },
      finish: () => {
        stream.end = 'finished';
        return Promise.resolve().then(() => streamed(stream.samples, true));
      },
      drop: () => {
        stream.end = 'dropped';
      },
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
