import type { Db } from '../db/db.ts';
import { sleep, type Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { Embedding } from '../providers/embedding/embedding.ts';
import type { Log } from '../telemetry/log.ts';
import { knowledgeLimits } from './document.ts';
import { leaseMs, mostAttempts, type Claimed, type DocumentWork } from './document-work.ts';
import type { Extract } from './extraction.ts';
import { FileUnreadable } from './file-unreadable.ts';
import { passagesOf } from './passages.ts';
import { addSome, passagesAtOnce, readSome, removeSome } from './stored-passages.ts';
import type { Vectors } from './vectors.ts';

export type ReaderDeps = {
  db: Db;
  work: DocumentWork;
  /** Undefined where there is no pgvector. */
  vectors: Vectors | undefined;
  embedding: Embedding;
  extract: Extract;
  clock: Clock;
  log: Log;
};

/** How often a server looks for what another one left, when nobody tells it of anything. */
const lookMs = 10_000;
/** A provider that failed is asked again so much later. */
const providerPauseMs = 60_000;
/** Between two pieces of work, for whoever else needs the database. */
const breatheMs = 5;
const percent = { extracted: 20, done: 100 } as const;

/**
 * Makes documents searchable, one after the other, in the background: text, passages, vectors. All it does is in the
 * database, so that a restart goes on where it was; also makes vectors anew when the model is another one.
 */
export class KnowledgeReader implements Closable {
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #wake: () => void = () => undefined;
  #isWoken = false;
  #providerAgainMs = 0;

  constructor(private readonly deps: ReaderDeps) {
    this.#running = this.#run();
  }

  /** There is something to read. */
  wake(): void {
    this.#isWoken = true;
    this.#wake();
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the server stops'));
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#isOpen()) {
      this.#isWoken = false;
      const didSome = await this.#step().catch((err: unknown) => {
        if (this.#isOpen()) this.deps.log.error({ err }, 'working on documents failed');
        return false;
      });
      if (!didSome && this.#isOpen()) await this.#rest();
    }
  }

  #isOpen(): boolean {
    return !this.#closing.signal.aborted;
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => {
      // It came while there seemed to be nothing.
      if (this.#isWoken) {
        resolve();
        return;
      }
      const cancel = this.deps.clock.after(lookMs, () => {
        resolve();
      });
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  /** @returns whether there was something to do */
  async #step(): Promise<boolean> {
    const { work, clock } = this.deps;
    const claimed = await work.claim(clock.nowAt());
    if (!claimed) return this.#renewVectors();
    const stopped = new AbortController();
    const signal = AbortSignal.any([stopped.signal, this.#closing.signal]);
    const progress = { percent: 0 };
    const beat = () => {
      work.renew(claimed, progress.percent, clock.nowAt()).then(
        (isOurs) => {
          if (!isOurs) stopped.abort(new Error('it has another content by now'));
        },
        (err: unknown) => {
          this.deps.log.warn({ err }, 'a document could not be held');
        },
      );
      cancelBeat = clock.after(leaseMs / 3, beat);
    };
    let cancelBeat = clock.after(leaseMs / 3, beat);
    try {
      await this.#read(claimed, progress, signal);
    } catch (err) {
      await this.#onFailure(claimed, err, stopped.signal.aborted);
    } finally {
      cancelBeat();
    }
    return true;
  }

  async #onFailure(claimed: Claimed, err: unknown, isObsolete: boolean): Promise<void> {
    const { work, log, clock } = this.deps;
    if (isObsolete) return;
    if (err instanceof FileUnreadable) {
      log.info({ documentId: claimed.id, why: err.message }, 'a document cannot be read');
      await work.fail(claimed, err.message);
    } else if (this.#closing.signal.aborted) {
      await work.release(claimed, null);
    } else {
      log.error({ err, documentId: claimed.id }, 'reading a document failed');
      await work.release(claimed, new Date(clock.nowAt().getTime() + leaseMs));
    }
  }

  async #read(claimed: Claimed, progress: { percent: number }, signal: AbortSignal): Promise<void> {
    const { db, work, vectors, extract, clock, log } = this.deps;
    if (claimed.attempts > mostAttempts)
      throw new FileUnreadable(`Reading it was given up after ${mostAttempts} attempts.`);
    const startedMs = clock.nowMs();
    const text = (await extract(claimed, signal)).replaceAll('\0', '');
    const texts = passagesOf(bounded(text));
    if (texts.length === 0)
      throw new FileUnreadable('There is no text in it. A scanned page is a picture.');
    if (texts.length + (await work.passagesBeside(claimed)) > knowledgeLimits.passages)
      throw new FileUnreadable('The workspace has too much text. Delete some documents first.');
    progress.percent = percent.extracted;
    while (await removeSome(db, claimed)) await sleep(clock, breatheMs, signal);
    let model: string | null = null;
    for (let from = 0; from < texts.length; from += passagesAtOnce) {
      signal.throwIfAborted();
      const some = texts.slice(from, from + passagesAtOnce);
      const embedded = await this.#embed(some, signal);
      // One piece without vectors makes the whole document one that is to be embedded again.
      model = embedded && (from === 0 || model === embedded.model) ? embedded.model : null;
      if (!(await addSome(db, vectors, claimed, { from, texts: some, embedded }))) return;
      const share = Math.min(1, (from + passagesAtOnce) / texts.length);
      progress.percent = percent.extracted + share * (percent.done - percent.extracted);
      await work.renew(claimed, Math.min(99, progress.percent), clock.nowAt());
      await sleep(clock, breatheMs, signal);
    }
    await work.finish(claimed, { characters: text.length, passages: texts.length, model });
    const ms = Math.round(clock.nowMs() - startedMs);
    log.info({ documentId: claimed.id, passages: texts.length, ms }, 'a document can be searched');
  }

  /** @returns undefined when there can be none now: words alone find the passages until there are some */
  async #embed(texts: readonly string[], signal: AbortSignal) {
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
  async #renewVectors(): Promise<boolean> {
    const { db, work, vectors, clock, log } = this.deps;
    const { signal } = this.#closing;
    const outdated = await this.#outdated(signal);
    if (!outdated || !vectors) return false;
    const { version, model } = outdated;
    for (let after = -1; ;) {
      const some = await readSome(db, version.id, after);
      const last = some.at(-1);
      if (!last) break;
      const embedded = await this.#embed(
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
    const probe = await this.#embed(['dimensions'], signal);
    const version = probe && (await work.outdated(probe.model));
    return version && { version, model: probe.model };
  }
}

/** @throws {FileUnreadable} */
function bounded(text: string): string {
  const { characters } = knowledgeLimits;
  if (text.length > characters)
    throw new FileUnreadable(
      `Its text has ${text.length} characters; at most ${characters} are read.`,
    );
  return text;
}
