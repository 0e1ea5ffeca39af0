import {
  balanced,
  blanks,
  either,
  maybe,
  seq,
  word,
  words,
  type Found,
  type Pattern,
} from './pattern.ts';
import type { TextFilter } from './text-filter.ts';

/** What a model wrote besides words. `inside` is what stands behind the colon, unchecked. */
export type Mark =
  | { kind: 'abstain' }
  | { kind: 'action'; inside: string }
  | { kind: 'emotion'; inside: string }
  | { kind: 'next'; inside: string };

/** A mark of our own that is longer is none. */
const mostChars = 600;

const open: Pattern = words('[', '【');
const close: Pattern = words(']', '】');
const colon: Pattern = words(':', '：');
const rest = balanced('[【', ']】', mostChars, { until: '\n' });

const abstain = seq(open, blanks, word('abstain'), maybe(word('ed')), blanks, close);
const headOf = (name: string) => seq(open, blanks, word(name), blanks, colon);
const actionHead = headOf('do');
const emotionHead = headOf('feel');
const nextHead = headOf('next');
const any = either(abstain, seq(actionHead, rest), seq(emotionHead, rest), seq(nextHead, rest));

/**
 * Takes `[ABSTAIN]`, `[do: …]`, `[feel: …]` and `[next: …]` out of a text, wherever they stand. `[ABSTAIN]` is Convai's reserved
 * word (docs: response-contract-and-parsing.md); the others are the form in which a model without tool calls acts.
 */
export class Marks implements TextFilter {
  #held = '';
  /** Whether what was let through last is a blank, or nothing was. */
  #blankBefore = true;
  #swallowing = false;

  constructor(private readonly onMark: (mark: Mark) => void) {}

  push(text: string): string {
    this.#held += text;
    return this.#read(false);
  }

  end(): string {
    return this.#read(true);
  }

  #read(ended: boolean): string {
    let out = '';
    const pass = (text: string) => {
      const kept = this.#swallowing ? text.trimStart() : text;
      if (kept === '') return;
      this.#swallowing = false;
      this.#blankBefore = /\s$/.test(kept);
      out += kept;
    };
    while (this.#held !== '') {
      const at = this.#held.search(/[[【]/);
      if (at !== 0) {
        const plain = at < 0 ? this.#held : this.#held.slice(0, at);
        this.#held = this.#held.slice(plain.length);
        pass(plain);
        continue;
      }
      const found = any(this.#held, 0);
      if (found === 'open' && !ended) break;
      const length = this.#lengthOf(found);
      if (length === 0) {
        pass(this.#held.charAt(0));
        this.#held = this.#held.slice(1);
        continue;
      }
      this.#note(this.#held.slice(0, length));
      this.#held = this.#held.slice(length);
      // "Sure. [do: Wave] Look!" is "Sure. Look!": one blank of the two goes with the mark.
      this.#swallowing ||= this.#blankBefore;
    }
    return out;
  }

  /** A mark that the answer's end cut off is not for ears either. @returns 0 when it is none */
  #lengthOf(found: Found): number {
    if (typeof found === 'number') return found;
    if (found === 'no') return 0;
    const ours = either(actionHead, emotionHead, nextHead)(this.#held, 0);
    return typeof ours === 'number' ? this.#held.length : 0;
  }

  #note(mark: string): void {
    const insideFrom = (head: Pattern): string | undefined => {
      const from = head(mark, 0);
      return typeof from === 'number' ? mark.slice(from).replace(/[\]】]$/, '') : undefined;
    };
    const action = insideFrom(actionHead);
    const emotion = insideFrom(emotionHead);
    const next = insideFrom(nextHead);
    if (action !== undefined) this.onMark({ kind: 'action', inside: action.trim() });
    else if (emotion !== undefined) this.onMark({ kind: 'emotion', inside: emotion.trim() });
    else if (next !== undefined) this.onMark({ kind: 'next', inside: next.trim() });
    else this.onMark({ kind: 'abstain' });
  }
}
