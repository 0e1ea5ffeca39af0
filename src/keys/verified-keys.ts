import type { Clock } from '../lifetime/clock.ts';

/** Whose key it is. */
export type KeyHolder = { workspaceId: string; keyId: string };
type Entry = { holder: KeyHolder | undefined; untilMs: number };

/**
 * What was found out about keys a moment ago, wrong ones too, so that neither a busy client nor someone who guesses asks
 * the database for each request. Bounded: the entry longest unused goes first.
 */
export class VerifiedKeys {
  readonly #byHash = new Map<string, Entry>();
  #generation = 0;

  constructor(
    private readonly clock: Clock,
    /** Another server's revocation is noticed this late; our own at once, by `clear`. */
    private readonly ttlMs = 5_000,
    private readonly capacity = 10_000,
  ) {}

  /** @param find asked when nothing is known. Its answer is not kept when `clear` was called meanwhile. */
  async lookUp(
    hash: string,
    find: () => Promise<KeyHolder | undefined>,
  ): Promise<KeyHolder | undefined> {
    const known = this.#byHash.get(hash);
    this.#byHash.delete(hash);
    if (known && known.untilMs > this.clock.nowMs()) {
      this.#byHash.set(hash, known);
      return known.holder;
    }
    const generation = this.#generation;
    const holder = await find();
    if (generation === this.#generation) this.#keep(hash, holder);
    return holder;
  }

  clear(): void {
    this.#generation++;
    this.#byHash.clear();
  }

  get size(): number {
    return this.#byHash.size;
  }

  #keep(hash: string, holder: KeyHolder | undefined): void {
    this.#byHash.set(hash, { holder, untilMs: this.clock.nowMs() + this.ttlMs });
    for (const oldest of this.#byHash.keys()) {
      if (this.#byHash.size <= this.capacity) break;
      this.#byHash.delete(oldest);
    }
  }
}
