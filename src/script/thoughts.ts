import { blanks, seq, word } from './pattern.ts';
import type { TextFilter } from './text-filter.ts';

const opening = seq(blanks, word('<think>'));
const end = '</think>';

/** Takes the thoughts off the beginning of an answer that models such as Qwen and DeepSeek think aloud. */
export class Thoughts implements TextFilter {
  #held = '';
  #state: 'unknown' | 'thinking' | 'speaking' = 'unknown';

  push(text: string): string {
    if (this.#state === 'speaking') return text;
    this.#held += text;
    if (!this.#isSpeaking()) return '';
    const rest = this.#held;
    this.#held = '';
    return rest;
  }

  end(): string {
    return this.#state === 'unknown' ? this.#held : '';
  }

  /** Decides what is held as far as that can be done by now. */
  #isSpeaking(): boolean {
    if (this.#state === 'unknown') {
      const found = opening(this.#held, 0);
      if (found === 'open') return false;
      this.#state = found === 'no' ? 'speaking' : 'thinking';
    }
    if (this.#state === 'thinking') this.#forget();
    return this.#state === 'speaking';
  }

  #forget(): void {
    const at = this.#held.indexOf(end);
    // Enough is kept to see an end that is cut in two.
    this.#held = at < 0 ? this.#held.slice(1 - end.length) : this.#held.slice(at + end.length);
    if (at >= 0) this.#state = 'speaking';
  }
}
