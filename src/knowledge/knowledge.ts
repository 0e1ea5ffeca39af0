import type { Database } from '../db/db.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { Embedding } from '../providers/embedding/embedding.ts';
import type { Log } from '../telemetry/log.ts';
import { Documents } from './documents.ts';
import { DocumentWork } from './document-work.ts';
import type { Extract } from './extraction.ts';
import { KnowledgeReader } from './reader.ts';
import { KnowledgeSearch } from './search.ts';
import { Vectors } from './vectors.ts';
import { Words } from './words.ts';

export type KnowledgeDeps = { embedding: Embedding; extract: Extract; clock: Clock; log: Log };

/** What characters can look up. Closing ends the work on documents; the next start goes on with it. */
export class Knowledge implements Closable {
  private constructor(
    readonly documents: Documents,
    readonly search: KnowledgeSearch,
    private readonly reader: KnowledgeReader,
  ) {}

  /** Makes the tables that migrations cannot make, for they need extensions, and begins to read what waits. */
  static async open(database: Database, deps: KnowledgeDeps): Promise<Knowledge> {
    const { db } = database;
    const words = await Words.open(database);
    const vectors = await Vectors.open(database);
    const work = new DocumentWork(db);
    // Nobody else has this database: what is being worked on was being worked on by us.
    if (database.kind === 'pglite') await work.releaseAll();
    const reader = new KnowledgeReader({ ...deps, db, work, vectors });
    const documents = new Documents(db, () => {
      reader.wake();
    });
    const search = new KnowledgeSearch({ ...deps, db, words, vectors });
    return new Knowledge(documents, search, reader);
  }

  close(): Promise<void> {
    return this.reader.close();
  }
}
