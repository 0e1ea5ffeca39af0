/**
 * Takes something out of a text that comes in pieces cut anywhere. What it lets through, joined, does not depend on
 * where the pieces were cut; only what may yet turn out to be something to take out is held back.
 */
export interface TextFilter {
  /** @returns what is certain to stay */
  push(text: string): string;
  /** The text is complete. @returns what was held back and stays */
  end(): string;
}
