import type { RealtimeEvent } from './realtime-events.ts';
import type { Segment } from './segment.ts';

/** Names of items that nobody waits for any more; events about them come within seconds. */
const mostForgotten = 64;

/**
 * Which of the server's items are which of our segments. Commits are acknowledged in their order; words come under the
 * item's name, with streaming models before the commit, and also for items that we have given up meanwhile.
 */
export class SpokenItems {
  /** Without a segment: nobody wants its words any more. */
  #unacknowledged: { segment: Segment | undefined; commitId: string | undefined }[] = [];
  readonly #byId = new Map<string, Segment>();
  readonly #forgotten = new Set<string>();
  #clears = 0;

  /** A segment was committed. */
  committing(segment: Segment): void {
    this.#unacknowledged.push({ segment, commitId: segment.commitId });
  }

  /** What was sent without a commit was cleared. */
  clearing(): void {
    this.#clears++;
  }

  /** Nobody wants the words of this segment as it was sent. */
  forget(segment: Segment): void {
    for (const waiting of this.#unacknowledged)
      if (waiting.segment === segment) waiting.segment = undefined;
    const { itemId } = segment;
    if (itemId === undefined) return;
    this.#byId.delete(itemId);
    this.#discard(itemId);
  }

  /** Another connection knows nothing of what was sent before. */
  restart(): void {
    this.#unacknowledged = [];
    this.#byId.clear();
    this.#forgotten.clear();
    this.#clears = 0;
  }

  /**
   * Notes what an event says of the words.
   * @param open the segment that is being sent, to which new words without a name belong
   * @returns whether it changed words that are wanted
   */
  note(event: RealtimeEvent, open: Segment | undefined): 'words' | undefined {
    switch (event.kind) {
      case 'committed':
        this.#acknowledge(event.itemId);
        return undefined;
      case 'cleared':
        this.#clears = Math.max(0, this.#clears - 1);
        return undefined;
      case 'delta': {
        const segment = this.#byId.get(event.itemId) ?? this.#adopt(event.itemId, open);
        if (!segment || segment.isComplete) return undefined;
        segment.text += event.text;
        return 'words';
      }
      case 'completed': {
        const segment = this.#named(event.itemId);
        if (!segment?.isCommitted) return undefined;
        segment.complete(event.text);
        return 'words';
      }
      case 'failed':
        this.#named(event.itemId)?.giveUp();
        return undefined;
      case 'error':
        this.#refuse(event.eventId);
        return undefined;
      case 'created':
      case 'configured':
      case 'other':
        return undefined;
    }
  }

  /** A server that does not acknowledge tells by the words. */
  #named(itemId: string): Segment | undefined {
    const known = this.#byId.get(itemId);
    if (known || this.#forgotten.has(itemId)) return known;
    this.#acknowledge(itemId);
    return this.#byId.get(itemId);
  }

  #acknowledge(itemId: string): void {
    const first = this.#unacknowledged.shift();
    if (!first) return;
    const { segment, commitId } = first;
    // Nobody wants it, or it was sent again since.
    if (!segment || segment.commitId !== commitId || commitId === undefined) this.#discard(itemId);
    else this.#name(itemId, segment);
  }

  /** Words before any commit: of what is being sent, unless they may be of what came before. */
  #adopt(itemId: string, open: Segment | undefined): Segment | undefined {
    const isUnclear = this.#unacknowledged.length > 0 || this.#clears > 0;
    if (!open || open.itemId !== undefined || isUnclear) return undefined;
    if (open.isCommitted || this.#forgotten.has(itemId)) return undefined;
    this.#name(itemId, open);
    return open;
  }

  /** @param eventId of the event that was refused, where the server tells */
  #refuse(eventId: string | undefined): void {
    const at =
      eventId === undefined
        ? 0
        : this.#unacknowledged.findIndex(({ commitId }) => commitId === eventId);
    const [refused] = at < 0 ? [] : this.#unacknowledged.splice(at, 1);
    const segment = refused?.segment;
    if (segment && segment.commitId === refused.commitId) segment.giveUp();
  }

  #name(itemId: string, segment: Segment): void {
    if (segment.itemId !== undefined && segment.itemId !== itemId) this.forget(segment);
    segment.itemId = itemId;
    this.#byId.set(itemId, segment);
  }

  #discard(itemId: string): void {
    this.#forgotten.add(itemId);
    for (const oldest of this.#forgotten) {
      if (this.#forgotten.size <= mostForgotten) return;
      this.#forgotten.delete(oldest);
    }
  }
}
