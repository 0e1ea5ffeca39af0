import { ProviderFailed } from '../providers/provider-failed.ts';
import type { SttLine } from '../providers/stt/stt.ts';
import { spokenWords } from '../turn/spoken-words.ts';

export type Transcribed =
  | { kind: 'words'; text: string }
  | { kind: 'failed'; cause: unknown }
  /** A later transcription, or a cancellation, made this one void. */
  | { kind: 'superseded' };

/** One transcription at a time: a newer one, of more sound, makes the one before it void and cancels it. */
export class Listening {
  #current: AbortController | undefined;

  constructor(
    private readonly line: SttLine,
    private readonly onRetry: (failure: ProviderFailed) => void,
  ) {}

  /**
   * Never rejects. Tries a second time when the failure may pass.
   * @param whole all that was pushed to the line, for when it cannot be had from there
   */
  async transcribe(whole: () => Int16Array): Promise<Transcribed> {
    this.cancel();
    const current = (this.#current = new AbortController());
    try {
      const text = await this.#tryTwice(whole, current.signal);
      return current.signal.aborted ? { kind: 'superseded' } : { kind: 'words', text };
    } catch (cause) {
      return current.signal.aborted ? { kind: 'superseded' } : { kind: 'failed', cause };
    }
  }

  cancel(): void {
    this.#current?.abort();
    this.#current = undefined;
  }

  async #tryTwice(whole: () => Int16Array, signal: AbortSignal): Promise<string> {
    const { line } = this;
    try {
      return spokenWords((await line.words(whole, signal)).text.trim());
    } catch (failure) {
      if (signal.aborted || !(failure instanceof ProviderFailed) || !failure.retryable)
        throw failure;
      this.onRetry(failure);
      return spokenWords((await line.words(whole, signal)).text.trim());
    }
  }
}
