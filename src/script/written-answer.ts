import { Script } from './script.ts';

/** Nobody reads more in one answer, and a model that never stops would fill memory. */
const mostChars = 8_000;

/**
 * A model's text on its way to readers: marks, stage directions and markdown are taken out while it streams, emoji
 * stay. Blanks at its end are held back, so that what was let through is always the whole text so far.
 */
export class WrittenAnswer {
  readonly #script: Script;
  #text = '';
  #held = '';

  /** @param name of the character: models that write plays begin with it */
  constructor(name: string) {
    this.#script = new Script({ vision: false, narrative: false, names: [name] });
  }

  /** All that was let through. */
  get text(): string {
    return this.#text;
  }

  /** What it wrote as steps to do, in order, unchecked. */
  get steps(): readonly string[] {
    return this.#script.steps;
  }

  /** Whether no more is taken. */
  get isFull(): boolean {
    return this.#text.length >= mostChars;
  }

  /** @returns what can be shown now */
  push(piece: string): string {
    return this.#pass(this.#script.push(piece));
  }

  /** The model is done. @returns the rest */
  end(): string {
    return this.#pass(this.#script.end());
  }

  #pass(text: string): string {
    const all = this.#held + text;
    // Half of a character that takes two units waits for its other half.
    const whole = all.replace(/[\uD800-\uDBFF]$/, '');
    const shown = firstChars(whole.trimEnd(), mostChars - this.#text.length);
    this.#held = all.slice(shown.length);
    this.#text += shown;
    return shown;
  }
}

const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Not cut in the middle of what a reader sees as one character: a family of emoji takes eleven units. */
function firstChars(text: string, most: number): string {
  if (text.length <= most) return text;
  let end = 0;
  for (const { index, segment } of characters.segment(text)) {
    if (index + segment.length > most) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}
