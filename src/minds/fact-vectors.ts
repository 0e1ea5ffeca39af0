import type { Clock } from '../lifetime/clock.ts';
import { deadline } from '../lifetime/deadline.ts';
import type { Embedding } from '../providers/embedding/embedding.ts';

export type FactVectorsDeps = {
  embedding: Embedding;
  clock: Clock;
  onFailed: (err: unknown) => void;
};

/** Of the numbers of 1,536 dimensions, 24 MB; a text that went out is embedded again when it is asked for. */
const mostKept = 2_000;
const textsAtOnce = 64;
const fillMs = 20_000;

/**
 * Vectors of facts, while people are there who may be asked about them. Facts are few and change often, so nothing of
 * this is stored: they are made when a person is first asked about, beside the answer.
 */
export class FactVectors {
  readonly #kept = new Map<string, Float32Array>();
  readonly #running = new Set<string>();

  constructor(private readonly deps: FactVectorsDeps) {}

  /** How near each text is to a question; undefined for those whose vectors are still being made. */
  async nearness(
    question: string,
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<(number | undefined)[]> {
    void this.#fill(texts);
    const [asked] = await this.deps.embedding.embed([question], { signal });
    return texts.map((text) => {
      const vector = this.#kept.get(text);
      return asked && vector && cosine(asked, vector);
    });
  }

  /** Never rejects. */
  async #fill(texts: readonly string[]): Promise<void> {
    const { embedding, clock, onFailed } = this.deps;
    const missing = texts
      .filter((text) => !this.#kept.has(text) && !this.#running.has(text))
      .slice(0, mostKept);
    for (let from = 0; from < missing.length; from += textsAtOnce) {
      const some = missing.slice(from, from + textsAtOnce);
      for (const text of some) this.#running.add(text);
      const limit = deadline(clock, 'embedding facts', fillMs);
      try {
        const vectors = await embedding.embed(some, { signal: limit.signal });
        for (const [index, vector] of vectors.entries()) this.#keep(some[index] ?? '', vector);
      } catch (err) {
        onFailed(err);
        return;
      } finally {
        limit.clear();
        for (const text of some) this.#running.delete(text);
      }
    }
  }

  #keep(text: string, vector: number[]): void {
    this.#kept.set(text, Float32Array.from(vector));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
  }
}

function cosine(a: readonly number[], b: Float32Array): number {
  let dot = 0;
  let lengthA = 0;
  let lengthB = 0;
  for (const [index, one] of a.entries()) {
    const other = b[index] ?? 0;
    dot += one * other;
    lengthA += one * one;
    lengthB += other * other;
  }
  return lengthA === 0 || lengthB === 0 ? 0 : dot / Math.sqrt(lengthA * lengthB);
}
