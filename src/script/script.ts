import { readEmotion, type Emotion } from './emotion.ts';
import { Marks, type Mark } from './marks.ts';
import { OpeningFilter, type OpeningRules } from './opening.ts';
import { PlainText } from './plain-text.ts';
import type { TextFilter } from './text-filter.ts';
import { Thoughts } from './thoughts.ts';

/**
 * A model's text on its way to eyes and ears: what is not speech is taken out while it streams, and what it means is
 * kept. Cut the text anywhere: all that comes out is the same.
 */
export class Script {
  /** What the model wrote as steps to do, in order, unchecked. */
  readonly steps: string[] = [];
  /** The first that it named. */
  emotion: Emotion | undefined;
  /** Which way the story goes, counted from 1, as it said it. */
  next: number | undefined;
  /** Whether it said that it would rather say nothing. */
  abstained = false;
  readonly #filters: TextFilter[];

  constructor(rules: OpeningRules) {
    this.#filters = [
      new Thoughts(),
      new Marks((mark) => {
        this.#note(mark);
      }),
      new PlainText(),
      new OpeningFilter(
        rules,
        () => (this.abstained = true),
        (number) => (this.next ??= number),
      ),
    ];
  }

  /** @returns what of it is written and said; emoji are still in it (see `spokenForm`) */
  push(text: string): string {
    return this.#filters.reduce((passed, filter) => filter.push(passed), text);
  }

  /** The model is done. @returns the rest */
  end(): string {
    return this.#filters.reduce((passed, filter) => filter.push(passed) + filter.end(), '');
  }

  #note(mark: Mark): void {
    switch (mark.kind) {
      case 'abstain':
        this.abstained = true;
        return;
      case 'action':
        this.steps.push(mark.inside);
        return;
      case 'emotion':
        this.emotion ??= readEmotion(mark.inside);
        return;
      case 'next':
        this.next ??= readNumber(mark.inside);
    }
  }
}

function readNumber(text: string): number | undefined {
  const digits = /^\d{1,3}/.exec(text)?.[0];
  return digits === undefined ? undefined : Number(digits);
}
