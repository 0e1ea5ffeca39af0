import type { Segment } from './segment.ts';

/**
 * What is said until the line is reset, as it is streamed. Mostly one segment; a long monologue has several, each from
 * one pause to the next.
 */
export class StreamedUtterance {
  /** The one that sound goes to; undefined before the first sound. */
  current: Segment | undefined;
  /** Sockets that were opened for it. */
  tries = 0;
  /** It can only be had as a whole. */
  isLost = false;
  /** The words of it that were told. */
  told = '';
  /** Ended earlier; their words precede those of the current one. */
  #before: Segment[] = [];

  get segments(): Segment[] {
    return [...this.#before, ...(this.current ? [this.current] : [])];
  }

  /** Its words as far as they are known, and no fewer than were told. */
  get partial(): string {
    const text = joined(this.segments);
    // Shorter than before: what was sent again is not understood again yet.
    return text.length >= this.told.length ? text : '';
  }

  /** Whether the current segment can be sent again, and the others need not be. */
  get isRepeatable(): boolean {
    return !!this.current?.isWhole && this.#before.every(({ isComplete }) => isComplete);
  }

  /** What follows is another segment. */
  split(current: Segment): void {
    this.#before.push(current);
    this.current = current.split();
  }

  /** Its words will never come. */
  giveUp(): void {
    for (const segment of this.segments) segment.giveUp();
  }
}

/** The words of all. */
export function joined(segments: readonly Segment[]): string {
  return segments
    .map(({ text }) => text.trim())
    .filter((text) => text !== '')
    .join(' ');
}
