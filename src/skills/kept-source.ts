import type { Clock } from '../lifetime/clock.ts';
import { SharedCalls } from '../lifetime/shared-calls.ts';
import { SourceDown, type Source } from './skill.ts';

/** A sky hardly changes within it; and however many ask, the source is asked once. */
const freshMs = 600_000;
/** A source that is down is left alone for so long. */
const downMs = 5_000;

/** A source whose last answer serves for a while. */
export class KeptSource<T> implements Source<T> {
  readonly name: string;
  readonly #calls = new SharedCalls<T>();
  #last: { value: T; untilMs: number } | { failure: SourceDown; untilMs: number } | undefined;

  constructor(
    private readonly source: Source<T>,
    private readonly clock: Clock,
  ) {
    this.name = source.name;
  }

  async read(signal: AbortSignal): Promise<T> {
    const last = this.#last;
    if (last && this.clock.nowMs() < last.untilMs) {
      if ('failure' in last) throw last.failure;
      return last.value;
    }
    return this.#calls.call('', (all) => this.#ask(all), signal);
  }

  async #ask(signal: AbortSignal): Promise<T> {
    try {
      const value = await this.source.read(signal);
      this.#last = { value, untilMs: this.clock.nowMs() + freshMs };
      return value;
    } catch (failure) {
      if (failure instanceof SourceDown && !signal.aborted)
        this.#last = { failure, untilMs: this.clock.nowMs() + downMs };
      throw failure;
    }
  }
}
