import type { Recogniser } from '../../src/offline/hearing/recogniser.ts';

/** Hears what it is told to, and keeps what it was given. */
export class ScriptedRecogniser implements Recogniser {
  readonly heard: Int16Array[] = [];
  answer: () => Promise<string> = () => Promise.resolve('hello there');

  recognise(samples: Int16Array, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    this.heard.push(samples);
    return this.answer();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
