import type { Db } from '../db/db.ts';
import { sleep, type Clock } from '../lifetime/clock.ts';
import type { Embedding } from '../providers/embedding/embedding.ts';
import type { Log } from '../telemetry/log.ts';
import type { DocumentWork } from './document-work.ts';
import { readSome } from './stored-passages.ts';
import type { Vectors } from './vectors.ts';

/** A provider that failed is asked again so much later. */
const providerPauseMs = 60_000;
/** Between two pieces of work, for whoever else needs the database. */
export const breatheMs = 5;

export type PassageVectorsDeps = {
  db: Db;
  work: DocumentWork;
  /** Undefined where there is no pgvector. */
  vectors: Vectors | undefined;
  embedding: Embedding;
  clock: Clock;
  log: Log;
};

/** Vectors for passages: those of new ones, and those of all when the model is another one. */
export class PassageVectors {
  #providerAgainMs = 0;

  constructor(private readonly deps: PassageVectorsDeps) {}

  /** @returns undefined when there can be none now: words alone find the passages until there are some */
  async of(texts: readonly string[], signal: AbortSignal) {
    const { embedding, vectors, clock, log } = this.deps;
    if (!vectors || clock.nowMs() < this.#providerAgainMs) return undefined;
    try {
      const made = await embedding.embed(texts, { signal });
      return { model: `${embedding.model}/${made[0]?.length ?? 0}`, vectors: made };
    } catch (err) {
      signal.throwIfAborted();
      log.warn({ err }, 'no vectors for documents now, trying again in a minute');
      this.#providerAgainMs = clock.nowMs() + providerPauseMs;
      return undefined;
    }
  }

  /** Takes one document whose vectors are missing or another model's. @returns whether there was one */
  async renewOne(signal: AbortSignal): Promise<boolean> {
    const { db, work, vectors, clock, log } = this.deps;
    const outdated = await this.#outdated(signal);
    if (!outdated || !vectors) return false;
    const { version, model } = outdated;
    for (let after = -1; ;) {
      const some = await readSome(db, version.id, after);
      const last = some.at(-1);
      if (!last) break;
      const embedded = await this.of(
        some.map(({ text }) => text),
        signal,
      );
      if (embedded?.model !== model) return false;
      const made = some.flatMap(({ id }, i) => {
        const vector = embedded.vectors[i];
        return vector ? [{ passageId: id, vector }] : [];
      });
      await vectors.put(version.id, model, made);
      after = last.position;
      await sleep(clock, breatheMs, signal);
    }
    await work.reembedded(version, model);
    log.info({ documentId: version.id, model }, 'the vectors of a document were made anew');
    return true;
  }

  /** The model's dimensions are known by asking it: only when there may be something to do. */
  async #outdated(signal: AbortSignal) {
    const { work, vectors, embedding } = this.deps;
    if (!vectors || !(await work.hasOtherThan(embedding.model))) return undefined;
    const probe = await this.of(['dimensions'], signal);
    const version = probe && (await work.outdated(probe.model));
    return version && { version, model: probe.model };
  }
}
