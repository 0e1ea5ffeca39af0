import {
  balanced,
  blanks,
  either,
  maybe,
  run,
  seq,
  word,
  words,
  type Found,
  type Pattern,
} from './pattern.ts';
import type { TextFilter } from './text-filter.ts';

export type OpeningRules = {
  /** The character sees something: "[camera] A cup." is a label and its answer. */
  vision: boolean;
  /** "2|||" before the words is the number of a narrative section. */
  narrative: boolean;
  /** "Maren: Hello" is how models write plays. */
  names: string[];
};

type Opening = {
  pattern: Pattern;
  /** So many in one answer. */
  most: number;
  onFound?: (text: string) => void;
};

/** Arguments that are longer belong to no call. */
const mostCallChars = 4_000;
const colon = seq(blanks, words(':', '：'));
const modality = words('vision', 'visual', 'camera', 'webcam', 'canvas', 'screen');

const callHead: Pattern = seq(
  maybe(seq(words('tool_code', 'tool_call', 'function_call'), colon, blanks)),
  // "Look (over there)" is speech.
  words('look', 'get_image', 'abstain', 'emit_actions'),
  word('('),
);
const call: Pattern = seq(callHead, balanced('(', ')', mostCallChars, { quotes: `"'` }));
const visionLabel: Pattern = either(
  seq(words('['), blanks, modality, blanks, words(']'), maybe(colon)),
  seq(modality, colon),
);
const sectionIndex: Pattern = seq(maybe(word('-')), run(/\d/, 1, 9), word('|||'));

/**
 * Takes control syntax off the beginning of an answer: at most four tool calls, a label of what was seen, the number of
 * a narrative section, the character's own name. The same further on in the answer is speech.
 * Source: Convai docs, response-contract-and-parsing.md; names are our own addition.
 */
export class OpeningFilter implements TextFilter {
  #held = '';
  #over = false;
  readonly #openings: Opening[];

  /**
   * @param onAbstain the model called `abstain(…)`
   * @param onSection it began with a number and three bars
   */
  constructor(
    rules: OpeningRules,
    onAbstain: () => void,
    onSection: (number: number) => void = () => undefined,
  ) {
    const toolCall: Opening = {
      pattern: call,
      most: 4,
      onFound: (text) => {
        if (/^(?:\w+\s*[:：]\s*)?abstain\s*\(/i.test(text)) onAbstain();
      },
    };
    this.#openings = [toolCall];
    if (rules.vision) this.#openings.push({ pattern: visionLabel, most: 1 });
    if (rules.narrative)
      this.#openings.push({
        pattern: sectionIndex,
        most: 1,
        onFound: (text) => {
          onSection(Number.parseInt(text, 10));
        },
      });
    for (const name of rules.names) {
      this.#openings.push({ pattern: seq(word(name), colon), most: 1 });
    }
  }

  push(text: string): string {
    if (this.#over) return text;
    this.#held += text;
    return this.#read();
  }

  /** A call that was cut off in the middle is none, and no speech either. */
  end(): string {
    this.#over = true;
    return typeof callHead(this.#held, 0) === 'number' ? '' : this.#held;
  }

  #read(): string {
    for (;;) {
      this.#held = this.#held.trimStart();
      if (this.#held === '') return '';
      const found = this.#strip();
      if (found === 'open') return '';
      if (found === 'no') break;
    }
    this.#over = true;
    const rest = this.#held;
    this.#held = '';
    return rest;
  }

  /** Takes one opening away. @returns what came of looking for one */
  #strip(): Found {
    let open = false;
    for (const opening of this.#openings) {
      if (opening.most === 0) continue;
      const found = opening.pattern(this.#held, 0);
      if (typeof found !== 'number') {
        open ||= found === 'open';
        continue;
      }
      // What comes first in the list and is not clear yet may still be longer than this.
      if (open) return 'open';
      opening.most--;
      const text = this.#held.slice(0, found);
      this.#held = this.#held.slice(found);
      opening.onFound?.(text);
      return found;
    }
    return open ? 'open' : 'no';
  }
}
