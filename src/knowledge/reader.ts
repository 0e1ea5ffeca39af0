import { isDatabaseAway } from '../db/unavailable.ts';
import { sleep } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import { knowledgeLimits } from './document.ts';
import { leaseMs, mostAttempts, type Claimed } from './document-work.ts';
import type { Extract } from './extraction.ts';
import { FileUnreadable } from './file-unreadable.ts';
import { breatheMs, PassageVectors, type PassageVectorsDeps } from './passage-vectors.ts';
import { addSome, passagesAtOnce, removeDocument, removeSome } from './stored-passages.ts';

export type ReaderDeps = PassageVectorsDeps & { extract: Extract };

/** How often a server looks for what another one left, when nobody tells it of anything. */
const lookMs = 10_000;
const percent = { extracted: 20, done: 100 } as const;
/** While the database is away; the second after the first failure, and twice as long after each. */
const awayMs = { first: 1_000, most: 30_000 } as const;

/**
 * Makes documents searchable, one after the other, in the background: text, passages, vectors. All it does is in the
 * database, so that a restart goes on where it was; also makes vectors anew when the model is another one, and finishes
 * deletions that a crash interrupted.
 */
export class KnowledgeReader implements Closable {
  readonly #closing = new AbortController();
  readonly #vectors: PassageVectors;
  readonly #running: Promise<void>;
  #wake: () => void = () => undefined;
  #isWoken = false;
  /** The workspace that had its turn. */
  #served: string | undefined;

  constructor(private readonly deps: ReaderDeps) {
    this.#vectors = new PassageVectors(deps);
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
    const { db, work, clock } = this.deps;
    const claimed = await work.claim(clock.nowAt(), this.#served);
    if (!claimed) return this.#vectors.renewOne(this.#closing.signal);
    this.#served = claimed.workspaceId;
    if (claimed.state === 'deleting') await removeDocument(db, claimed, this.#closing.signal);
    else await this.#readHolding(claimed);
    return true;
  }

  /** Says again and again that it is at work, until it is no more. */
  async #readHolding(claimed: Claimed): Promise<void> {
    const { work, clock, log } = this.deps;
    const stopped = new AbortController();
    const signal = AbortSignal.any([stopped.signal, this.#closing.signal]);
    const progress = { percent: 0 };
    const beat = () => {
      work.renew(claimed, progress.percent, clock.nowAt()).then(
        (isOurs) => {
          if (!isOurs) stopped.abort(new Error('it has another content by now'));
        },
        (err: unknown) => {
          log.warn({ err }, 'a document could not be held');
        },
      );
      cancelBeat = clock.after(leaseMs / 3, beat);
    };
    let cancelBeat = clock.after(leaseMs / 3, beat);
    const failed = await this.#read(claimed, progress, signal).then(
      () => undefined,
      (err: unknown) => ({ err }),
    );
    cancelBeat();
    if (failed && !stopped.signal.aborted) await this.#onFailure(claimed, failed.err);
  }

  /** Only what the file may be to blame for counts: after three such attempts it is given up. */
  async #onFailure(claimed: Claimed, err: unknown): Promise<void> {
    const { work, log, clock } = this.deps;
    const documentId = claimed.id;
    if (!this.#isOpen()) {
      await work.release(claimed, { notBefore: null, isCounted: false });
      return;
    }
    const isLast = claimed.attempts >= mostAttempts;
    if (err instanceof FileUnreadable && (isLast || !err.mayPass)) {
      log.info({ documentId, why: err.message }, 'a document cannot be read');
      await this.#whenThere(() => work.fail(claimed, err.message));
      return;
    }
    log.error({ err, documentId }, 'reading a document failed');
    const isCounted = !isDatabaseAway(err);
    await this.#whenThere(() => {
      const waitMs = leaseMs * 2 ** (claimed.attempts - 1);
      const notBefore = new Date(clock.nowAt().getTime() + waitMs);
      return work.release(claimed, { notBefore, isCounted });
    });
  }

  /** The database may be away: then there is nothing else to do than to wait for it. */
  async #whenThere(act: () => Promise<void>): Promise<void> {
    const { clock, log } = this.deps;
    for (let waitMs: number = awayMs.first; ; waitMs = Math.min(waitMs * 2, awayMs.most)) {
      try {
        await act();
        return;
      } catch (err) {
        if (!isDatabaseAway(err)) throw err;
        log.warn({ err, waitMs }, 'work on documents waits for the database');
      }
      await sleep(clock, waitMs, this.#closing.signal);
    }
  }

  async #read(claimed: Claimed, progress: { percent: number }, signal: AbortSignal): Promise<void> {
    const { db, work, vectors, extract, clock, log } = this.deps;
    if (claimed.attempts > mostAttempts)
      throw new FileUnreadable(`Reading it was given up after ${mostAttempts} attempts.`);
    const startedMs = clock.nowMs();
    const { passages: all, characters } = await extract(claimed, signal);
    if (all.length + (await work.passagesBeside(claimed)) > knowledgeLimits.passages)
      throw new FileUnreadable('The workspace has too much text. Delete some documents first.');
    progress.percent = percent.extracted;
    while (await removeSome(db, claimed)) await sleep(clock, breatheMs, signal);
    let model: string | null = null;
    for (let from = 0; from < all.length; from += passagesAtOnce) {
      signal.throwIfAborted();
      const passages = all.slice(from, from + passagesAtOnce);
      const texts = passages.map(({ text }) => text);
      const embedded = await this.#vectors.of(texts, signal);
      // One piece without vectors makes the whole document one that is to be embedded again.
      model = embedded && (from === 0 || model === embedded.model) ? embedded.model : null;
      if (!(await addSome(db, vectors, claimed, { from, passages, embedded }))) return;
      const share = Math.min(1, (from + passagesAtOnce) / all.length);
      progress.percent = percent.extracted + share * (percent.done - percent.extracted);
      await work.renew(claimed, Math.min(99, progress.percent), clock.nowAt());
      await sleep(clock, breatheMs, signal);
    }
    await work.finish(claimed, { characters, passages: all.length, model });
    const ms = Math.round(clock.nowMs() - startedMs);
    log.info({ documentId: claimed.id, passages: all.length, ms }, 'a document can be searched');
  }
}
